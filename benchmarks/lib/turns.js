/** Runs every contender once a round, one after the other, so that a machine that grows slower does so for all. */
export const inTurn = async (contenders, {pairs, log}) => {
	const rounds = [];
	for (let round = 1; round <= pairs; round++) {
		const results = {};
		for (const {name, run} of contenders) {
			results[name] = await run();
			const {imagesPerSecond, seconds} = results[name];
			log(`  ${round}/${pairs}  ${name.padEnd(26)} ${imagesPerSecond === undefined ? `${seconds.toFixed(2)} s` : `${Math.round(imagesPerSecond).toLocaleString('en')} images/s`}`);
		}

		rounds.push(results);
	}

	return rounds;
};
