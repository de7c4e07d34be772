import type { Helper, HelperBroker, HelperCall } from '../../core/helpers/helper.ts';

export interface HelperAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

/** Runs a helper once on these bytes of stdin, as the broker would. */
export async function callHelper(
  helper: Helper,
  operation: string,
  stdin: string | Uint8Array | AsyncIterable<Uint8Array>,
  broker: HelperBroker,
): Promise<HelperAnswer> {
  let stdout = '';
  const stderr: string[] = [];
  const call: HelperCall = {
    operation,
    argv: [operation],
    env: {},
    cwd: '/',
    stdin: typeof stdin === 'string' || stdin instanceof Uint8Array ? chunks(Buffer.from(stdin)) : stdin,
    stdout: (text) => {
      stdout += text;
    },
    stderr: (line) => stderr.push(line),
    signal: new AbortController().signal,
  };
  const status = await helper.serve(call, broker);
  return { status, stdout, stderr };
}

export async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

/** Lines, and then a stdin that stays open for ever. */
export async function* neverClosed(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  yield* chunks(...parts);
  await new Promise(() => {});
}
