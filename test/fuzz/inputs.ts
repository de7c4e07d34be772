import { generateHelperCall, generateRequests } from './grammar.ts';
import { mutate } from './mutation.ts';
import { type Random, randomFor } from './random.ts';
import { violate } from './violation.ts';

export interface Input {
  readonly index: number;
  readonly bytes: Buffer;
  /** Where the bytes are cut into writes of their own. */
  readonly cuts: readonly number[];
  /** From recorded traffic, or from the grammar. */
  readonly origin: 'mutated' | 'generated';
}

export type InputSource = (index: number) => Input;

const mutatedShare = 0.45;

/**
 * The inputs of a seed. Each depends on the seed, its index and the traffic alone; every second one breaks a rule
 * of the guards on purpose, after everything else was done to it.
 */
export function inputsOf(seed: number, traffic: readonly Buffer[]): InputSource {
  return (index) => {
    const random = randomFor(seed, index);
    const refused = index % 2 === 1;
    const origin = random.chance(mutatedShare) ? 'mutated' : 'generated';
    const made =
      origin === 'mutated' ? mutate(random.pick(traffic), random, traffic) : generate(random, refused, traffic);
    const bytes = refused ? violate(made, random) : made;
    return { index, bytes, cuts: cutsOf(bytes.length, random), origin };
  };
}

function generate(random: Random, refused: boolean, traffic: readonly Buffer[]): Buffer {
  const bytes = random.chance(0.7) ? generateRequests(random, refused) : generateHelperCall(random);
  // What would do harm if it were let through stays as it is: a change could undo what refuses it.
  return !refused && random.chance(0.2) ? mutate(bytes, random, traffic) : bytes;
}

function cutsOf(length: number, random: Random): readonly number[] {
  if (length < 2 || random.chance(0.75)) return [];
  const cuts = Array.from({ length: 1 + random.int(3) }, () => 1 + random.int(length - 1));
  return [...new Set(cuts)].sort((left, right) => left - right);
}
