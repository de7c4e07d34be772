import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { KeytrayError } from '../core/errors.ts';
import { launchEnvironment } from '../core/platform/start-environment.ts';
import type { StatusView } from '../core/wire/schemas.ts';
import type { Cli } from './cli.ts';
import { CommandFailure } from './failure.ts';
import { programFile } from './installation.ts';

/** Milliseconds. A keychain that is slow to answer keeps the first status waiting. */
const startPatience = 20_000;
// One that spends a refresh token waits for its reply, which may take 30 s, then drains.
const stopPatience = 40_000;
const step = 50;

/** Whoever answers at the socket; undefined where nobody does. Throws what else is wrong there. */
export async function runningBroker(cli: Cli): Promise<StatusView | undefined> {
  try {
    return await (await cli.broker()).status();
  } catch (error) {
    if (error instanceof KeytrayError && error.code === 'no_broker') return undefined;
    throw error;
  }
}

/** Starts an agent that outlives this command, and waits until it answers. */
export async function startAgent(cli: Cli): Promise<StatusView> {
  const file = programFile('agent');
  if (file === undefined) throw new CommandFailure(1, 'the agent program is not there', 'Build it: npm run build');
  const child = spawn(process.execPath, [...process.execArgv, file], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: launchEnvironment(cli.env),
  });
  child.on('error', () => undefined).unref();
  for (const end = performance.now() + startPatience; performance.now() < end; ) {
    const running = await runningBroker(cli);
    if (running !== undefined) return running;
    // 0: another agent was faster.
    if (child.exitCode !== null && child.exitCode !== 0) break;
    await pause(step);
  }
  // One that is still at it would go on without anybody.
  child.kill();
  throw new CommandFailure(1, 'the agent did not start', 'Run it in a terminal to see why: keytray agent');
}

/** Asks it to end, and waits until it has. */
export async function stopBroker(cli: Cli, { pid }: Pick<StatusView, 'pid'>): Promise<void> {
  await (await cli.broker()).handover();
  for (const end = performance.now() + stopPatience; performance.now() < end; ) {
    const running = await runningBroker(cli).catch(() => undefined);
    if (running?.pid !== pid && !isAlive(pid)) return;
    await pause(step);
  }
  throw new CommandFailure(6, `Keytray (process ${pid}) does not end`, `See what it waits for, or end it: kill ${pid}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
