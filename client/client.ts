import { writeSync } from 'node:fs';
import { socketCandidates } from '../core/config/paths.ts';
import { failures, KeytrayError } from '../core/errors.ts';
import { connectToBroker } from '../core/local-api/connection.ts';
import { FrameError } from '../core/local-api/frames.ts';
import { become } from './become.ts';
import { callHelper } from './call.ts';
import { forwardedEnvironment } from './forwarded-environment.ts';
import { type Invocation, readInvocation } from './invocation.ts';
import { protocolsWithStdin } from './programs.ts';

/**
 * The native client's twin: `node client.js NAME ARGUMENTS…`. It knows no credential protocol; it forwards
 * what a tool said to the broker and the broker's answer to the tool.
 */

const silence = 60_000;

const [name = '', ...args] = process.argv.slice(2);
process.exit(await run(readInvocation(name, args)));

async function run(invocation: Invocation): Promise<number> {
  if (invocation.kind === 'usage') {
    say(`usage: ${invocation.usage}`);
    return failures.invalid_request.exit;
  }
  try {
    const uid = process.getuid?.() ?? -1;
    const socket = await connectToBroker(socketCandidates(process.env, uid), uid);
    const { status, next } = await callHelper(
      socket,
      {
        protocol: invocation.protocol,
        operation: invocation.operation,
        argv: invocation.argv,
        variables: forwardedEnvironment(invocation.protocol, process.env),
        cwd: workingDirectory(),
      },
      {
        stdin: protocolsWithStdin.has(invocation.protocol) ? process.stdin : undefined,
        stdout: (bytes) => put(1, bytes),
        stderr: (bytes) => put(2, bytes),
        silence,
      },
    );
    return next === undefined ? status : await become(next, process.env, say);
  } catch (error) {
    const failure = asFailure(error);
    say(`keytray: ${failure.code === 'no_broker' ? 'not running; start it with: keytray agent' : failure.message}`);
    // Git only looks at what it gets on stdout, and asks its next helper.
    return invocation.protocol === 'git' ? 1 : failures[failure.code].exit;
  }
}

// It may have been removed under the tool's feet; no protocol depends on it.
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}

function asFailure(error: unknown): KeytrayError {
  if (error instanceof KeytrayError) return error;
  if (error instanceof FrameError) return new KeytrayError('invalid_request', error.message);
  return new KeytrayError('internal_error', 'something unexpected went wrong');
}

function say(line: string): void {
  put(2, Buffer.from(`${line}\n`));
}

/** Everything is written when this returns: the process may end at any time after. */
function put(descriptor: number, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      // A reader that has gone needs no answer. One that is slow behind a non-blocking pipe is waited for.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
