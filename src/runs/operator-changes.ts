/** Sha256 of operator modules by their paths. */
type Digests = Readonly<Record<string, string>>;

const changeOf = (before: string | undefined, now: string | undefined): string => {
	if (before === undefined) {
		return 'is new';
	}

	return now === undefined ? 'is gone' : 'has other contents';
};

/** What of a run's operator modules is other than it was, one by one. */
export const operatorChanges = (before: Digests, now: Digests): readonly string[] => [...new Set([...Object.keys(before), ...Object.keys(now)])]
	.filter(file => before[file] !== now[file])
	.map(file => `the operator module ${file} ${changeOf(before[file], now[file])}`);
