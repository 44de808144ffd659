import process from 'node:process';
import fs from 'node:fs';

/**
 * Faults on purpose, for proofs and tests: `THREADLOOM_FAILPOINTS=step@7=kill;worker.1@3=exit`.
 *
 * A failpoint is a name, the number at which it fires, and what it does. With `THREADLOOM_FAILPOINTS_LOG` it fires once
 * and leaves its text in that file, so that a proof can assert that it did; otherwise it fires whenever it is come to.
 * Without the variables nothing here does anything.
 */
type Fault = 'kill' | 'exit' | 'throw' | 'reject' | 'spin' | 'heap' | 'abort';

interface Failpoint {
	readonly text: string;
	readonly name: string;
	readonly at: number;
	readonly fault: Fault;
}

const parse = (text: string): readonly Failpoint[] => text.split(';').filter(part => part !== '').map(part => {
	const {name, at, fault} = /^(?<name>[\w.]+)@(?<at>\d+)=(?<fault>\w+)$/u.exec(part)?.groups ?? {};
	if (name === undefined) {
		throw new RangeError(`Expected a failpoint such as step@7=kill. Received: ${part}`);
	}

	return {text: part, name, at: Number(at), fault: fault as Fault};
});

const failpoints = parse(process.env['THREADLOOM_FAILPOINTS'] ?? '');
const log = process.env['THREADLOOM_FAILPOINTS_LOG'];

/** Whether a failpoint has fired before, in whichever thread: its line is in the log. */
const hasFired = (text: string): boolean => log !== undefined && fs.existsSync(log) && fs.readFileSync(log, 'utf8').split('\n').includes(text);

const act = (fault: Fault): void => {
	switch (fault) {
		case 'kill': {
			process.kill(process.pid, 'SIGKILL');
			break;
		}

		case 'abort': {
			process.abort();
			break;
		}

		case 'exit': {
			process.exit(3); // eslint-disable-line unicorn/no-process-exit -- that is the fault
			break;
		}

		case 'throw': {
			throw new TypeError('a fault on purpose');
		}

		case 'reject': {
			void Promise.reject(new TypeError('a rejection on purpose'));
			break;
		}

		case 'spin': {
			for (;;) {
				// Until its thread is ended.
			}
		}

		case 'heap': {
			const held: unknown[] = [];
			for (;;) {
				held.push(Array.from({length: 10_000}, (_, index) => ({index})));
			}
		}

		default: {
			throw new RangeError(`Expected a fault that is known. Received: ${fault satisfies never}`);
		}
	}
};

/** Fires the failpoints of this place, if there are any. */
export const hit = (name: string, {step, worker}: {readonly step: number; readonly worker?: number}): void => {
	for (const failpoint of failpoints) {
		if (failpoint.name === (worker === undefined ? name : `${name}.${worker}`) && failpoint.at === step && !hasFired(failpoint.text)) {
			if (log !== undefined) {
				fs.appendFileSync(log, `${failpoint.text}\n`);
			}

			act(failpoint.fault);
		}
	}
};
