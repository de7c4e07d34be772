/** The middle value, or the mean of the two middle ones. Throws where there is none. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const half = sorted.length / 2;
  return (at(sorted, Math.floor(half)) + at(sorted, Math.ceil(half) - 1)) / 2;
}

/** The smallest value that at least this share of all (0 to 1) does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}

const ascending = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError('no values');
  return value;
}
