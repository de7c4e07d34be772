/** Numbers for one input. The same seed and index give the same ones, whatever was made before. */
export interface Random {
  /** 0 to `below` - 1; 0 where `below` is less than 1. */
  int(below: number): number;
  chance(probability: number): boolean;
  /** Throws where there is nothing to choose from. */
  pick<T>(from: readonly T[]): T;
  bytes(length: number): Buffer;
}

/** sfc32, run in by some rounds: neighbouring seeds must not look alike. */
export function randomFor(seed: number, index: number): Random {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88 ^ index;
  let c = 0xb7e15162 ^ Math.imul(seed, 0x85ebca6b) ^ Math.imul(index, 0xc2b2ae35);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) next();
  const int = (below: number): number => (below < 1 ? 0 : Math.floor((next() / 2 ** 32) * below));
  return {
    int,
    chance: (probability) => next() / 2 ** 32 < probability,
    pick(from) {
      const chosen = from[int(from.length)];
      if (chosen === undefined) throw new TypeError('nothing to choose from');
      return chosen;
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => int(256))),
  };
}
