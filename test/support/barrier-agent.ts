import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { nodeFlags } from '../../build/node-flags.ts';
import { repository } from './keytray.ts';

const run = promisify(execFile);
let bundled: Promise<string> | undefined;

export type BarrierAgentProcess = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };

/** The agent that tells of every barrier on its stdout, and stops for ever at `stopAt`. */
export async function spawnBarrierAgent(stopAt: string, env: NodeJS.ProcessEnv): Promise<BarrierAgentProcess> {
  bundled ??= bundle();
  return spawn(process.execPath, [...nodeFlags, await bundled, stopAt], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** As the product is built, because a start from the sources takes twice the CPU time; once for all that this process tests. */
async function bundle(): Promise<string> {
  const cache = path.join(repository, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'barrier-agent-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await run(process.execPath, [path.join(import.meta.dirname, 'programs/bundle-barrier-agent.ts'), folder]);
  await symlink(path.join(repository, 'out/lib/keychain-child.js'), path.join(folder, 'keychain-child.js'));
  return path.join(folder, 'barrier-agent.js');
}
