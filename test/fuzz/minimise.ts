import type { FuzzTarget } from './campaign.ts';
import { exchange } from './exchange.ts';
import type { Input } from './inputs.ts';
import { judge } from './oracle.ts';
import { faultOf } from './verdict.ts';

const mostTries = 400;
/** Milliseconds: what fails by not answering takes its time. */
const longest = 60_000;

/** Leaves out whatever is not needed for the same fault, larger pieces first. The input itself where it does not come again. */
export async function minimise(target: FuzzTarget, input: Input, fault: string): Promise<Input> {
  let tries = 0;
  const end = performance.now() + longest;
  const fails = async (candidate: Pick<Input, 'bytes' | 'cuts'>): Promise<boolean> => {
    tries += 1;
    const judgement = judge(candidate.bytes);
    const exchanged = await exchange(target, candidate, judgement);
    return faultOf(judgement, exchanged, target.secrets.kindsIn(exchanged.text), true) === fault;
  };
  let smallest: Input = input;
  const uncut = { ...input, cuts: [] };
  if (await fails(uncut)) smallest = uncut;
  else if (!(await fails(input))) return input;
  for (let size = smallest.bytes.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < smallest.bytes.length && tries < mostTries && performance.now() < end; ) {
      const { bytes } = smallest;
      const candidate = { ...smallest, bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]) };
      if (candidate.bytes.length > 0 && (await fails(candidate))) smallest = candidate;
      else at += size;
    }
  }
  return smallest;
}
