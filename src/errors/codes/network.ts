import {entry} from '../entry.ts';

/** Addresses in details have lost user name, password and query: see `sources/http/address.ts`. */
export const networkErrors = {
	ADDRESS_INVALID: entry(
		'definition',
		(d: {address: string; reason: string}) => `The address cannot be used: ${d.reason} (${d.address})`,
		() => 'An address starts with http:// or https:// and holds neither user name nor password.',
	),
	ADDRESS_REFUSED: entry(
		'refused',
		(d: {address: string; host: string; reason: string}) => `The address is refused: ${d.host} ${d.reason} (${d.address})`,
		() => 'Hosts of your own network are read when the definition names them, without a port, under network.allowPrivate; link-local ones never.',
	),
	REDIRECT_REFUSED: entry(
		'refused',
		(d: {address: string; to: string; reason: string}) => `The server leads to an address that is refused: ${d.reason} (${d.address} to ${d.to})`,
		() => 'Name the address that you want to read in the definition.',
	),
	REDIRECT_LOOP: entry(
		'unavailable',
		(d: {address: string; reason: string}) => `The server leads nowhere: ${d.reason} (${d.address})`,
		() => 'Name the final address in the definition.',
	),
	HTTP_NOT_FOUND: entry(
		'noInput',
		(d: {address: string; status: number}) => `The server has no such file: status ${d.status} (${d.address})`,
		() => 'Check the address.',
	),
	HTTP_DENIED: entry(
		'refused',
		(d: {address: string; status: number}) => `The server denies the file: status ${d.status} (${d.address})`,
		() => 'Fetch the file with what the server asks for, and name its path.',
	),
	HTTP_UNAVAILABLE: entry(
		'unavailable',
		(d: {address: string; attempts: number; offset: number; reason: string; /** Addresses that failed too. @default 0 */ others?: number}) =>
			`The file could not be read in ${d.attempts} ${d.attempts === 1 ? 'attempt' : 'attempts'}${d.others === undefined ? '' : `, nor from its ${d.others === 1 ? 'other address' : `${d.others} other addresses`}`}: ${d.reason} (${d.address}, byte ${d.offset})`,
		d => `Try again later, or name ${d.others === undefined ? 'a' : 'another'} mirror.`,
	),
	HTTP_PROTOCOL: entry(
		'unavailable',
		(d: {address: string; header: string; reason: string}) => `The server's answer cannot be used: ${d.header}: ${d.reason} (${d.address})`,
		() => 'The fault is the server\'s. Name a mirror, or fetch the file by other means.',
	),
	BODY_ENCODED: entry(
		'data',
		(d: {address: string; encoding: string}) => `The server encoded the file on the way although it was asked not to: content-encoding ${d.encoding} (${d.address})`,
		() => 'What arrives would not be the file that was asked for. Name a mirror, or fetch the file by other means.',
	),
	BODY_PAGE: entry(
		'data',
		(d: {address: string; type: string}) => `The server answered a page in place of the file: content-type ${d.type} (${d.address})`,
		() => 'The file has probably moved.',
	),
	TLS_REFUSED: entry(
		'refused',
		(d: {address: string; reason: string}) => `The server's certificate cannot be trusted: ${d.reason} (${d.address})`,
		() => 'A certificate authority of your own is named by NODE_EXTRA_CA_CERTS.',
	),
	OFFLINE: entry(
		'noInput',
		(d: {address: string}) => `The file is not in the cache, and --offline forbids to fetch it (${d.address})`,
		() => 'Run once without --offline, in code without `network.offline`.',
	),
	INPUT_TOO_LONG: entry(
		'data',
		(d: {path: string; offset: number; declared: number}) =>
			`The file goes on after more bytes than the ${d.declared} that its header declares can take (file ${d.path}, byte ${d.offset})`,
		() => 'The file is damaged, or the server does not end it.',
	),
};
