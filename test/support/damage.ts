/** A file with one thing wrong, and what that is. */
export interface Damage {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The file cut short after every byte. */
export function truncations(whole: Buffer): readonly Damage[] {
  return Array.from(whole, (_, length) => ({
    name: `cut short after ${length} of ${whole.length} bytes`,
    bytes: Buffer.from(whole.subarray(0, length)),
  }));
}

/** The file with one bit changed, once for every byte; the bits follow from `seed`. */
export function bitFlips(whole: Buffer, seed: number): readonly Damage[] {
  const random = mulberry32(seed);
  return Array.from(whole, (byte, index) => {
    const bit = Math.floor(random() * 8);
    const bytes = Buffer.from(whole);
    bytes[index] = byte ^ (1 << bit);
    return { name: `bit ${bit} of byte ${index} changed, seed ${seed}`, bytes };
  });
}

/** Another one with every run; `KEYTRAY_TEST_SEED` repeats an earlier one. */
export function printedSeed(what: string): number {
  const seed = Number(process.env.KEYTRAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32));
  process.stdout.write(`${what}: seed ${seed}\n`);
  return seed;
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
