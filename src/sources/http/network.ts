import {randomInt} from 'node:crypto';
import type {LookupAddress} from 'node:dns';
import {setTimeout as sleep} from 'node:timers/promises';
import type {OnEvent} from '../../events/schema.ts';
import {createCache, type Cache} from './cache.ts';

/** What is decided about the network beside the addresses. Plain data. */
export interface NetworkOptions {
	/** Forbids every request; only the cache answers. @default false */
	readonly offline?: boolean;
	/** Hosts that may have loopback or private addresses. @default [] */
	readonly allowPrivate?: readonly string[];
	/** Attempts after the first at one address, in a row, that bring less than a mebibyte each. @default 5 */
	readonly retries?: number;
	/** How long the head of an answer may take, in ms. @default 30_000 */
	readonly headersTimeout?: number;
	/** How long a body may bring nothing while it is waited for, in ms. @default 30_000 */
	readonly bodyTimeout?: number;
	/** Bytes per second that a body must bring while it is waited for, over 30 seconds. @default 1024 */
	readonly minimumRate?: number;
	/** Folder of the cache. @default the system's folder for caches */
	readonly cacheDirectory?: string | undefined;
	/** What the cache may hold, in bytes; 0 turns it off. @default 10 GiB */
	readonly cacheBytes?: number | undefined;
}

/** The world that the requests meet; tests put their own in its place. */
export interface NetworkHooks {
	readonly onEvent?: OnEvent;
	/** All addresses of a name. */
	readonly resolve?: (hostname: string) => Promise<readonly LookupAddress[]>;
	readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
	/** Between 0 and 1: spreads the retries of many clients. */
	readonly jitter?: () => number;
	/** Waiting over which the rate of a body is judged, in ms. @default 30_000 */
	readonly rateWindow?: number;
}

/** Everything that a request needs to know. */
export type Network = {
	readonly cache: Cache;
} & Required<Omit<NetworkOptions, 'cacheDirectory' | 'cacheBytes'>> & Required<NetworkHooks>;

const second = 1000;
const kibibyte = 1024;
const jitterSteps = 1000;

/** Fills in what was left open. */
export const createNetwork = (
	{offline = false, allowPrivate = [], retries = 5, headersTimeout = 30 * second, bodyTimeout = 30 * second, minimumRate = kibibyte, cacheDirectory, cacheBytes}: NetworkOptions = {},
	{
		onEvent = () => undefined,
		resolve = async hostname => (await import('node:dns/promises')).lookup(hostname, {all: true, verbatim: true}),
		wait = async (milliseconds, signal) => sleep(milliseconds, undefined, {signal}),
		// No part of any result: only the moments of retries depend on it.
		jitter = () => randomInt(jitterSteps) / jitterSteps,
		rateWindow = 30 * second,
	}: NetworkHooks = {},
): Network => ({
	offline, allowPrivate, retries, headersTimeout, bodyTimeout, minimumRate, onEvent, resolve, wait, jitter, rateWindow,
	cache: createCache({directory: cacheDirectory, limit: cacheBytes, onEvent}),
});
