import { socketCandidates } from '../core/config/paths.ts';
import { failures, KeytrayError } from '../core/errors.ts';
import { connectToBroker } from '../core/local-api/client/connection.ts';
import { takeEnvironment } from '../core/platform/start-environment.ts';
import { FrameError } from '../core/wire/frames.ts';
import { answerFailure } from './answer-failure.ts';
import { autostart } from './autostart.ts';
import { become } from './become.ts';
import { callHelper } from './call.ts';
import { forwardedEnvironment } from './forwarded-environment.ts';
import { type Invocation, readInvocation } from './invocation.ts';
import { put, say } from './output.ts';
import { protocolsWithStdin } from './programs.ts';

/**
 * The native client's twin: `node client.js NAME ARGUMENTS…`. It knows no credential protocol; it forwards
 * what a tool said to the broker and the broker's answer to the tool.
 */

const silence = 60_000;

const environment = takeEnvironment(process.env);

const [name = '', ...args] = process.argv.slice(2);
process.exit(await run(readInvocation(name, args)));

async function run(invocation: Invocation): Promise<number> {
  if (invocation.kind === 'usage') {
    await say(`usage: ${invocation.usage}`);
    return failures.invalid_request.exit;
  }
  const { protocol, operation, argv, inPlaceOf } = invocation;
  let spoken = false;
  try {
    const { status, next } = await callHelper(
      await findBroker(),
      {
        protocol,
        operation,
        argv,
        variables: forwardedEnvironment(protocol, environment),
        cwd: workingDirectory(),
      },
      {
        stdin: protocolsWithStdin.has(protocol) ? process.stdin : undefined,
        stdout: (bytes) => {
          spoken = true;
          return put(1, bytes);
        },
        stderr: (bytes) => put(2, bytes),
        silence,
      },
    );
    return next === undefined ? status : await become(next, environment, say, inPlaceOf);
  } catch (error) {
    if (inPlaceOf !== undefined && !spoken) {
      return await become({ name: inPlaceOf, argv, variables: [], files: [] }, environment, say, inPlaceOf);
    }
    return await answerFailure(asFailure(error), invocation, spoken);
  }
}

async function findBroker() {
  const uid = process.getuid?.() ?? -1;
  const connect = () => connectToBroker(socketCandidates(environment, uid), uid);
  try {
    return await connect();
  } catch (error) {
    const started =
      error instanceof KeytrayError && error.code === 'no_broker' ? await autostart(environment, connect) : undefined;
    if (started === undefined) throw error;
    return started;
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
  return new KeytrayError('internal_error', 'internal error');
}
