/** A loss, or another figure without bounds, as people read it: four decimals, and three significant digits where those would lose it. */
export const formatLoss = (loss: number): string => (loss !== 0 && Math.abs(loss) < 0.001 ? loss.toPrecision(3) : loss.toFixed(4));
