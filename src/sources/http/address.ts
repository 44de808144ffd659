import {createError} from '../../errors/threadloom-error.ts';

/** Whether a location of a definition is an address and not a path; one letter and a colon are a drive. */
export const isAddress = (location: string): boolean => /^[a-z][a-z\d+.-]+:/iu.test(location);

/** An address as it may be shown: without user name, password, query and fragment, where secrets are. */
export const showAddress = (address: string | URL): string => {
	if (typeof address === 'string' && !URL.canParse(address)) {
		return 'an address that cannot be read';
	}

	const url = new URL(address);
	return `${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`;
};

/** What is wrong with an address, if anything. */
export const addressFault = (address: string): string | undefined => {
	if (!URL.canParse(address)) {
		return 'it is not complete';
	}

	const url = new URL(address);
	if (url.protocol !== 'http:' && url.protocol !== 'https:') {
		return `the scheme is ${url.protocol.slice(0, -1)}`;
	}

	return url.username === '' && url.password === '' ? undefined : 'it holds a user name or password';
};

/** Reads an address. @throws ADDRESS_INVALID */
export const parseAddress = (address: string): URL => {
	const reason = addressFault(address);
	if (reason !== undefined) {
		throw createError('ADDRESS_INVALID', {address: showAddress(address), reason});
	}

	return new URL(address);
};
