import { FakeHelperBroker, fakeAccount } from '../support/fake-helper-broker.ts';
import { callHelper, type HelperAnswer } from '../support/helper-call.ts';
import { type GeneratedInput, helperInput, listedHost, otherHost } from './helper-inputs.ts';
import type { FuzzedProtocol } from './helper-protocol.ts';
import { anywhere } from './helper-protocol.ts';
import type { Watchdog } from './helper-watchdog.ts';

export interface HelperTally {
  readonly protocol: string;
  inputs: number;
  mutated: number;
  /** Answers with a token: the way that is watched is open. */
  tokens: number;
  /** Status 0 and no token. */
  silent: number;
  failed: number;
  seconds: number;
}

export interface HelperFinding {
  readonly protocol: string;
  readonly seed: number;
  readonly index: number;
  readonly fault: string;
  readonly input: GeneratedInput;
}

export interface HelperOutcome {
  readonly tally: HelperTally;
  readonly finding: HelperFinding | undefined;
}

export interface HelperCampaign {
  readonly seed: number;
  readonly most: number;
  /** Milliseconds after which no further input is made. */
  readonly time?: number;
  /** Milliseconds for one input. */
  readonly deadline?: number;
  readonly watchdog?: Watchdog;
}

/** Milliseconds. A parser takes microseconds; this leaves room for a machine that does something else meanwhile. */
const longEnough = 10_000;

const tokens = { lab: 'tok-lab-4b1d7e', other: 'tok-other-93c2aa' } as const;
const accounts = [
  fakeAccount('lab', [listedHost], { token: tokens.lab, idToken: `${tokens.lab}-id`, expiresAt: 4_102_444_800_000 }),
  fakeAccount('other', [otherHost], { token: tokens.other, idToken: `${tokens.other}-id`, tokenType: 'bearer' }),
];
const placeOf: Readonly<Record<keyof typeof tokens, string>> = {
  lab: `${listedHost}:443`,
  other: otherHost,
};

export async function runHelperCampaign(protocol: FuzzedProtocol, options: HelperCampaign): Promise<HelperOutcome> {
  const { seed, most, time = Number.POSITIVE_INFINITY, deadline = longEnough, watchdog } = options;
  const name = protocol.helper.protocol;
  const tally: HelperTally = { protocol: name, inputs: 0, mutated: 0, tokens: 0, silent: 0, failed: 0, seconds: 0 };
  const began = performance.now();
  let finding: HelperFinding | undefined;
  for (let index = 0; index < most && finding === undefined; index += 1) {
    if (performance.now() - began > time) break;
    watchdog?.alive(name, index);
    const input = helperInput(protocol, seed, index);
    const fault = await tryInput(protocol, input, tally, deadline);
    if (fault !== undefined) finding = { protocol: name, seed, index, fault, input };
  }
  watchdog?.rest();
  tally.seconds = (performance.now() - began) / 1000;
  return { tally, finding };
}

/** Resolves to what is wrong with the helper's conduct. */
async function tryInput(
  protocol: FuzzedProtocol,
  input: GeneratedInput,
  tally: HelperTally,
  deadline: number,
): Promise<string | undefined> {
  tally.inputs += 1;
  if (input.origin === 'mutated') tally.mutated += 1;
  const began = performance.now();
  const answer = await answerTo(protocol, input, deadline);
  if (answer.kind === 'fault') return answer.fault;
  if (performance.now() - began > deadline) return 'took too long';
  const given = tokensIn(leaving(answer.answer));
  if (given.length > 0) tally.tokens += 1;
  else if (answer.answer.status === 0) tally.silent += 1;
  if (answer.answer.status !== 0) tally.failed += 1;
  return faultIn(protocol, input, answer.answer, given);
}

type Answered =
  | { readonly kind: 'answer'; readonly answer: HelperAnswer }
  | { readonly kind: 'fault'; readonly fault: string };

async function answerTo(protocol: FuzzedProtocol, input: GeneratedInput, deadline: number): Promise<Answered> {
  const { promise: late, resolve } = Promise.withResolvers<Answered>();
  const timer = setTimeout(resolve, deadline, { kind: 'fault', fault: 'no answer: hangs' });
  try {
    // As git's own; of all protocols askpass alone looks at who asks.
    const details = { argv: input.argv, env: input.env, parents: ['/usr/lib/git-core/git-remote-http'] };
    const call = callHelper(protocol.helper, input.operation, piecesOf(input), new FakeHelperBroker(accounts), details);
    return await Promise.race([call.then((answer): Answered => ({ kind: 'answer', answer })), late]);
  } catch (error) {
    return { kind: 'fault', fault: `throws: ${error instanceof Error ? (error.stack ?? error.message) : error}` };
  } finally {
    clearTimeout(timer);
  }
}

async function* piecesOf({ stdin, cuts }: GeneratedInput): AsyncGenerator<Uint8Array> {
  const edges = [0, ...cuts, stdin.length];
  for (const [index, start] of edges.slice(0, -1).entries()) yield stdin.subarray(start, edges[index + 1]);
}

function faultIn(
  protocol: FuzzedProtocol,
  input: GeneratedInput,
  answer: HelperAnswer,
  given: readonly (keyof typeof tokens)[],
): string | undefined {
  const { status, stderr } = answer;
  if (!Number.isInteger(status) || status < 0 || status > 255) return `ends with ${status}`;
  if (stderr.some((line) => tokensIn(line).length > 0)) return 'a token on standard error';
  if (stderr.length > 1) return `${stderr.length} lines on standard error`;
  if (stderr.some((line) => /\p{Cc}/u.test(line))) return 'control characters on standard error';
  if (given.length === 0) return undefined;
  const places = destinationsOf(protocol, input);
  if (places.includes(anywhere)) return undefined;
  const stray = given.find((account) => !places.includes(placeOf[account]));
  if (stray === undefined) return undefined;
  return `the token of ${stray}, for ${placeOf[stray]}, goes to ${places.join(' and ') || 'nobody'}`;
}

/** `host:port` each, as Node reads it. */
function destinationsOf(protocol: FuzzedProtocol, input: GeneratedInput): readonly string[] {
  try {
    const told = protocol.destination(input);
    const texts = typeof told === 'string' ? [told] : (told ?? []);
    return texts.flatMap((text) => (text === anywhere ? [text] : placeIn(text)));
  } catch {
    return [];
  }
}

function placeIn(text: string): readonly string[] {
  if (!URL.canParse(text)) return [];
  const url = new URL(text);
  const port = url.port === '' ? { 'https:': '443', 'http:': '80' }[url.protocol] : url.port;
  // Plain http to another machine is nowhere a token may go.
  return [url.protocol === 'https:' ? `${url.hostname}:${port}` : `${url.protocol}//${url.hostname}:${port}`];
}

/** Everything that leaves the broker for the tool. */
function leaving({ stdout, next }: HelperAnswer): string {
  if (next === undefined) return stdout;
  const files = Object.values(next.files).map((content) => content.reveal());
  return [stdout, ...(next.argv ?? []), ...Object.values(next.variables), ...files].join('\n');
}

function tokensIn(text: string): readonly (keyof typeof tokens)[] {
  return (['lab', 'other'] as const).filter((account) => forms[account].some((form) => text.includes(form)));
}

/** Plain, and as part of what Basic makes of it, wherever in it the token stands. */
const forms = { lab: formsOf(tokens.lab), other: formsOf(tokens.other) };

function formsOf(token: string): readonly string[] {
  const encoded = [0, 1, 2].map((shift) => {
    const whole = Buffer.from('x'.repeat(shift) + token).toString('base64');
    return whole.slice(4, -4);
  });
  return [token, ...encoded];
}

export function tallyText({ protocol, inputs, mutated, tokens: given, silent, failed, seconds }: HelperTally): string {
  const share = Math.round((100 * mutated) / Math.max(1, inputs));
  return `${protocol}: ${inputs} inputs, ${share} % mutated, ${given} tokens given, ${silent} silent, ${failed} refused, ${seconds.toFixed(1)} s`;
}

export function findingText({ protocol, seed, index, fault, input }: HelperFinding): string {
  const { operation, argv, env, stdin } = input;
  const shown = JSON.stringify({ operation, argv, env, stdin: stdin.toString('latin1') });
  return `${protocol}: ${fault} (seed ${seed}, input ${index}): ${shown.slice(0, 4000)}`;
}
