import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configFile, dropInFolders } from '../core/config/paths.ts';
import { type Environment, launchEnvironment } from '../core/platform/start-environment.ts';

const patience = 2_000;
const pause = 20;

const commandLine = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../cli/main.ts' : 'cli.js', import.meta.url),
);

/**
 * Where the configuration says `agent: {autostart: true}`, starts the broker and waits for it. `keytray agent
 * --if-autostart` reads the configuration: that is YAML, and only looked at where the word is in it.
 */
export async function autostart(env: Environment, connect: () => Promise<Socket>): Promise<Socket | undefined> {
  if (!mayBeWanted(env)) return undefined;
  const child = spawn(process.execPath, [commandLine, 'agent', '--if-autostart'], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: launchEnvironment(env),
  });
  child.on('error', () => undefined).unref();
  for (const end = performance.now() + patience; performance.now() < end; ) {
    const socket = await connect().catch(() => undefined);
    if (socket !== undefined) return socket;
    // 0: another agent was faster.
    if (child.exitCode !== null && child.exitCode !== 0) return undefined;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return undefined;
}

function mayBeWanted(env: Environment): boolean {
  const dropIns = dropInFolders(env).flatMap((folder) => namesIn(folder).map((name) => join(folder, name)));
  return [configFile(env), ...dropIns].some(mentionsAutostart);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  } catch {
    return [];
  }
}

function mentionsAutostart(file: string): boolean {
  try {
    return readFileSync(file).includes('autostart');
  } catch {
    return false;
  }
}
