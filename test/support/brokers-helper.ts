import type { Broker } from '../../core/broker/broker.ts';
import type { Caller } from '../../core/wire/broker-api.ts';
import type { HelperCall, NextProgram } from '../../core/wire/helper-call.ts';
import { caller as nobody } from './broker.ts';
import type { HelperAnswer } from './helper-call.ts';

/** One call of a helper as the broker serves it; `argv` begins with the operation. No stdin. */
export async function callBrokersHelper(
  broker: Broker,
  protocol: string,
  argv: readonly string[],
  caller: Caller = nobody,
): Promise<HelperAnswer> {
  let stdout = '';
  const stderr: string[] = [];
  let next: NextProgram | undefined;
  const call: HelperCall = {
    operation: argv[0] ?? '',
    argv,
    env: {},
    cwd: '/',
    parents: [],
    stdin: (async function* () {})(),
    stdout: (text) => {
      stdout += text;
    },
    stderr: (line) => stderr.push(line),
    become: (program) => {
      next = program;
    },
    signal: caller.signal,
  };
  const status = await broker.helper(protocol, call, caller);
  return { status, stdout, stderr, next };
}
