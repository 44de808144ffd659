/** A duration as people read it: `41 s`, `3:05 min`, `1:02:03 h`. */
export const formatDuration = (seconds: number): string => {
	if (seconds < 60) {
		return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
	}

	const whole = Math.round(seconds);
	const pad = (value: number): string => String(value).padStart(2, '0');
	const minutes = Math.floor(whole / 60) % 60;
	const hours = Math.floor(whole / 3600);
	return hours === 0 ? `${minutes}:${pad(whole % 60)} min` : `${hours}:${pad(minutes)}:${pad(whole % 60)} h`;
};

/** A rate as people read it: `18.2k examples/s`. */
export const formatRate = (perSecond: number): string =>
	`${perSecond >= 10_000 ? `${(perSecond / 1000).toFixed(1)}k` : Math.round(perSecond)} examples/s`;
