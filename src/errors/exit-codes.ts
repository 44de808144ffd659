/** Exit codes by name, after BSD's sysexits.h where it has one, so that none is mistaken for Node's own 1 to 14. */
export const exitCodes = {
	done: 0,
	usage: 64,
	data: 65,
	noInput: 66,
	unavailable: 69,
	internal: 70,
	cannotCreate: 73,
	outputFailed: 74,
	temporary: 75,
	refused: 77,
	definition: 78,
	diverged: 79,
	operator: 80,
	noCheckpoint: 81,
	gateUnmet: 82,
	interrupted: 130,
	terminated: 143,
} as const;

export type ExitName = keyof typeof exitCodes;
