import ipaddr from 'ipaddr.js';

/**
 * Who may be spoken to: `public` hosts always, `private` ones (this machine, its own network) when the definition
 * names them, `forbidden` ones (link-local, metadata services of clouds, multicast, reserved) never.
 */
export type Reach = 'public' | 'private' | 'forbidden';

export interface Classified {
	readonly reach: Reach;
	/** What kind of address it is, in words that go on after "is". */
	readonly kind: string;
}

/** Metadata services that do not lie in the link-local range. */
const metadata = new Set(['fd00:ec2::254', '100.100.100.200', '168.63.129.16', '192.0.0.192']);

const kinds: Readonly<Record<string, Classified>> = {
	unicast: {reach: 'public', kind: 'a public address'},
	loopback: {reach: 'private', kind: 'an address of this machine'},
	private: {reach: 'private', kind: 'a private address'},
	uniqueLocal: {reach: 'private', kind: 'a private address'},
	carrierGradeNat: {reach: 'private', kind: 'an address behind a provider\'s translator'},
	linkLocal: {reach: 'forbidden', kind: 'a link-local address'},
};

/** IPv4 addresses travel inside IPv6 ones: mapped, compatible, translated (RFC 6052, RFC 6145) and 6to4 (RFC 3056). */
const embedded = (address: ipaddr.IPv6): ipaddr.IPv4 | undefined => {
	const bytes = address.toByteArray();
	const at = (offset: number): ipaddr.IPv4 => new ipaddr.IPv4(bytes.slice(offset, offset + 4));
	switch (address.range() as string) {
		case 'ipv4Mapped':
		case 'rfc6145':
		case 'rfc6052': {
			return at(12);
		}

		case '6to4': {
			return at(2);
		}

		default: {
			return bytes.slice(0, 12).every(byte => byte === 0) && !['unspecified', 'loopback'].includes(address.range()) ? at(12) : undefined;
		}
	}
};

/** Classifies an IP address; one inside another counts as itself. */
export const classifyAddress = (address: string): Classified => {
	if (!ipaddr.isValid(address)) {
		return {reach: 'forbidden', kind: 'no address'};
	}

	const parsed = ipaddr.parse(address);
	if (parsed instanceof ipaddr.IPv6) {
		const inner = embedded(parsed);
		if (inner !== undefined) {
			return classifyAddress(inner.toString());
		}
	}

	if (metadata.has(parsed.toString())) {
		return {reach: 'forbidden', kind: 'the address of a metadata service'};
	}

	return kinds[parsed.range()] ?? {reach: 'forbidden', kind: 'a reserved address'};
};

/** The address that a host of a URL is, whatever its spelling; undefined for a name. The URL parser has unified odd literals. */
export const literalOf = (hostname: string): string | undefined => {
	const bare = hostname.replace(/^\[(?<inner>.*)\]$/u, '$<inner>');
	return ipaddr.isValid(bare) ? bare : undefined;
};
