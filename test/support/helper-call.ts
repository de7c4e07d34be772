import type { Helper, HelperBroker } from '../../core/helpers/helper.ts';
import type { HelperCall, NextProgram } from '../../core/wire/helper-call.ts';

export interface HelperAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: readonly string[];
  /** What the client was told to become. */
  readonly next: NextProgram | undefined;
}

/** What a call carries beside its operation and stdin. */
export interface CallDetails {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly parents?: readonly string[];
}

/** Runs a helper once on these bytes of stdin, as the broker would. */
export async function callHelper(
  helper: Helper,
  operation: string,
  stdin: string | Uint8Array | AsyncIterable<Uint8Array>,
  broker: HelperBroker,
  details: CallDetails = {},
): Promise<HelperAnswer> {
  let stdout = '';
  const stderr: string[] = [];
  let next: NextProgram | undefined;
  const call: HelperCall = {
    operation,
    argv: details.argv ?? [operation],
    env: details.env ?? {},
    cwd: '/',
    parents: details.parents ?? [],
    stdin: typeof stdin === 'string' || stdin instanceof Uint8Array ? chunks(Buffer.from(stdin)) : stdin,
    stdout: (text) => {
      stdout += text;
    },
    stderr: (line) => stderr.push(line),
    become: (program) => {
      next = program;
    },
    signal: new AbortController().signal,
  };
  const status = await helper.serve(call, broker);
  return { status, stdout, stderr, next };
}

export async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

/** Lines, and then a stdin that stays open for ever. */
export async function* neverClosed(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  yield* chunks(...parts);
  await new Promise(() => {});
}
