/** Random numbers that are the same for one seed and name, whatever else is drawn elsewhere. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  between(low: number, high: number): number;
  /** 0 to `count` - 1. */
  below(count: number): number;
  chance(probability: number): boolean;
  exponential(mean: number): number;
  /** Uniform in its logarithm: as many short ones as long ones. */
  spread(low: number, high: number): number;
}

function hash(text: string): number {
  let value = 2_166_136_261;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 16_777_619);
  }
  return value >>> 0;
}

/** A stream of its own for `name`. mulberry32: small, fast, good enough to shake a program. */
export function randomStream(seed: number, name: string): Random {
  let state = hash(`${seed} ${name}`);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    below: (count) => Math.floor(next() * count),
    chance: (probability) => next() < probability,
    exponential: (mean) => -mean * Math.log(1 - next()),
    spread: (low, high) => low * (high / low) ** next(),
  };
}

/** One of the values, by weight. */
export function weighted<Value>(random: Random, choices: readonly (readonly [Value, number])[]): Value {
  let left = random.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of choices) {
    left -= weight;
    if (left < 0) return value;
  }
  throw new RangeError('nothing to choose from');
}
