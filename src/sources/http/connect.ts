import type {LookupAddress} from 'node:dns';
import type {LookupFunction} from 'node:net';
import {createError, type ThreadloomError} from '../../errors/threadloom-error.ts';
import {showAddress} from './address.ts';
import {classifyAddress, literalOf} from './address-policy.ts';
import type {Network} from './network.ts';

/** Decides for one request whom it may speak to. */
export interface Guard {
	/** For the connection: answers only addresses that passed, and the connection is made to just those. */
	readonly lookup: LookupFunction;
	/** What was refused while looking a name up. */
	readonly refusal: () => ThreadloomError | undefined;
}

/**
 * Guards the way to one address, by the literal in it or by what its name resolves to.
 *
 * A name is looked up once a connection, and the connection uses that answer: a name that changes its answer is
 * checked anew. One refused address among several refuses all. A redirect never leads to a private address.
 * @throws ADDRESS_REFUSED for a literal, at once
 */
export const createGuard = (url: URL, {isRedirect, network}: {readonly isRedirect: boolean; readonly network: Network}): Guard => {
	const address = showAddress(url);
	const {hostname} = url;
	const bare = hostname.replace(/^\[(?<inner>.*)\]$/u, '$<inner>');
	const mayBePrivate = !isRedirect && network.allowPrivate.some(host => [hostname, bare].includes(host.toLowerCase()));
	let refused: ThreadloomError | undefined;

	const check = (ip: string): void => {
		const {reach, kind} = classifyAddress(ip);
		if (reach === 'public' || (reach === 'private' && mayBePrivate)) {
			return;
		}

		const is = ip === bare ? `is ${kind}` : `resolves to ${ip}, ${kind}`;
		throw createError('ADDRESS_REFUSED', {address, host: bare, reason: reach === 'private' && isRedirect ? `${is}, and was reached by a redirect` : is});
	};

	const literal = literalOf(hostname);
	if (literal !== undefined) {
		check(literal);
	}

	const resolve = async (name: string): Promise<readonly LookupAddress[]> => {
		const found = await network.resolve(name);
		try {
			for (const {address: ip} of found) {
				check(ip);
			}
		} catch (error) {
			refused = error as ThreadloomError;
			throw error;
		}

		return found;
	};

	return {
		refusal: () => refused,
		lookup(name, options, callback) {
			(async () => {
				let found: readonly LookupAddress[];
				try {
					found = await resolve(name);
				} catch (error) {
					callback(error as NodeJS.ErrnoException, []);
					return;
				}

				const wanted = typeof options.family === 'number' && options.family !== 0 ? found.filter(({family}) => family === options.family) : found;
				const [first] = wanted;
				if (first === undefined) {
					callback(Object.assign(new Error(`${name} has no address`), {code: 'ENOTFOUND'}), []);
				} else if (options.all === true) {
					callback(null, [...wanted]);
				} else {
					callback(null, first.address, first.family);
				}
			})();
		},
	};
};
