import { type Addressee, exchange, statusOf } from './exchange.ts';
import type { Input, InputSource } from './inputs.ts';
import { judge } from './oracle.ts';
import type { SecretSearch } from './secret-search.ts';
import { faultOf } from './verdict.ts';

/** What the inputs go to. */
export interface FuzzTarget extends Addressee {
  readonly traffic: readonly Buffer[];
  readonly secrets: SecretSearch;
  /** After each batch of so many; `disturbed`: some may have signed the victim out. Resolves to what is wrong. */
  check(disturbed: boolean, inputs: number): Promise<string | undefined>;
}

export interface CampaignOptions {
  readonly inputs: InputSource;
  /** Index of the first one. */
  readonly from?: number;
  readonly most: number;
  /** Milliseconds after which no further batch is begun. */
  readonly time?: number;
  readonly batch?: number;
  /** What is not well-formed by the letter must get nothing, however lenient the parser. Default: false. */
  readonly strict?: boolean;
  readonly progress?: (tally: Tally) => void;
}

export interface Tally {
  inputs: number;
  mutated: number;
  /** Surely without a right to a token. */
  unentitled: number;
  /** Breaks a rule of the guards in a well-formed request, and must be refused. */
  refused: number;
  answered: number;
  /** Answers that gave a token to somebody who may have it: the ways that are watched are open. */
  tokens: number;
  /** Closed by the other side while we still wrote, and sent once more in one go. */
  sentAgain: number;
  readonly statuses: Map<string, number>;
  seconds: number;
}

export interface Finding {
  readonly fault: string;
  /** The one input, or those that were under way. */
  readonly inputs: readonly Input[];
  readonly answer: string | undefined;
}

export interface Outcome {
  readonly tally: Tally;
  readonly finding: Finding | undefined;
}

/** Connections at once: fewer than one process may have helper calls, waits or event streams. */
const workers = 48;

export async function runCampaign(target: FuzzTarget, options: CampaignOptions): Promise<Outcome> {
  const { inputs, from = 0, most, time = Number.POSITIVE_INFINITY, batch = 1000, strict = false, progress } = options;
  const began = performance.now();
  const tally: Tally = {
    inputs: 0,
    mutated: 0,
    unentitled: 0,
    refused: 0,
    answered: 0,
    tokens: 0,
    sentAgain: 0,
    statuses: new Map(),
    seconds: 0,
  };
  let finding: Finding | undefined;
  for (let start = from; start < from + most && finding === undefined; start += batch) {
    if (performance.now() - began > time) break;
    finding = await runBatch(target, { inputs, strict }, [start, Math.min(start + batch, from + most)], tally);
    tally.seconds = (performance.now() - began) / 1000;
    progress?.(tally);
  }
  return { tally, finding };
}

async function runBatch(
  target: FuzzTarget,
  { inputs, strict }: { readonly inputs: InputSource; readonly strict: boolean },
  [start, end]: readonly [number, number],
  tally: Tally,
): Promise<Finding | undefined> {
  const underWay = new Set<Input>();
  let finding: Finding | undefined;
  let disturbed = false;
  let next = start;
  const work = async (): Promise<void> => {
    while (next < end && finding === undefined) {
      const input = inputs(next);
      next += 1;
      const judgement = judge(input.bytes);
      disturbed ||= judgement.disturbs;
      underWay.add(input);
      let exchanged = await exchange(target, input, judgement);
      // Written in one go, nothing of the answer can be lost.
      if (exchanged.cutOff && input.cuts.length > 0) {
        tally.sentAgain += 1;
        exchanged = await exchange(target, { ...input, cuts: [] }, judgement);
      }
      underWay.delete(input);
      const secrets = target.secrets.kindsIn(exchanged.text);
      count(tally, input, judgement, exchanged.text, secrets.size > 0);
      const fault = faultOf(judgement, exchanged, secrets, strict);
      if (fault !== undefined) finding ??= { fault, inputs: [input], answer: exchanged.text };
    }
  };
  const suspects = (fault: string): Finding => ({ fault, inputs: [...underWay], answer: undefined });
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } catch (error) {
    finding ??= suspects(`nobody listens: ${error instanceof Error ? error.message : error}`);
  }
  if (finding !== undefined) return finding;
  const fault = await target.check(disturbed, end - start);
  if (fault === undefined) return undefined;
  return { fault, inputs: Array.from({ length: end - start }, (_, at) => inputs(start + at)), answer: undefined };
}

function count(tally: Tally, input: Input, judgement: ReturnType<typeof judge>, text: string, given: boolean): void {
  tally.inputs += 1;
  if (input.origin === 'mutated') tally.mutated += 1;
  if (judgement.entitled === 'no') tally.unentitled += 1;
  if (judgement.answer.kind === 'refusal') tally.refused += 1;
  if (text !== '') tally.answered += 1;
  if (given) tally.tokens += 1;
  const status = text === '' ? 'none' : String(statusOf(text));
  tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
}
