import type {RunEvent} from './schema.ts';

/** What an event warns of, in words; undefined of one that warns of nothing. */
export const describeWarning = (event: RunEvent): string | undefined => {
	switch (event.type) {
		case 'warning': {
			return event.message;
		}

		case 'replay': {
			return `${event.reason}; replaced, and the steps after ${event.from} are made again`;
		}

		default: {
			return undefined;
		}
	}
};
