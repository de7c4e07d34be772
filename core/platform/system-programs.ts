import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock, Printed, Programs } from '../ports.ts';
import { Secret } from '../secret.ts';
import { type Environment, programEnvironment } from './start-environment.ts';
import { ownUid } from './trusted-path.ts';

/** Milliseconds a program may take. */
const limit = 10_000;
/** Bytes a program may print. */
const mostPrinted = 65_536;
/** What a program has printed is there when it ends; a child it leaves behind may hold its output open. */
const drainTime = 1_000;

type Child = ChildProcessByStdio<null, Readable, null>;

export interface SystemProgramsOptions {
  /** As it was when the broker started: a program is looked for there, and gets it. */
  readonly env: Environment;
  readonly clock: Pick<Clock, 'after'>;
  readonly uid?: number;
}

/** The person's own programs, each found once: what lies earlier on PATH later on does not take its place. */
export class SystemPrograms implements Programs {
  readonly #env: NodeJS.ProcessEnv;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #uid: number;
  readonly #found = new Map<string, string>();

  constructor({ env, clock, uid = ownUid() }: SystemProgramsOptions) {
    this.#env = programEnvironment(env);
    this.#clock = clock;
    this.#uid = uid;
  }

  async print([name = '', ...args]: readonly string[]): Promise<Printed> {
    const path = this.#found.get(name) ?? (await this.#find(name));
    if (path === undefined) return { kind: 'not_found' };
    this.#found.set(name, path);
    let child: Child;
    try {
      // A group of its own, so that all it has started can be ended with it.
      child = spawn(path, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true, env: this.#env, cwd: '/' });
    } catch {
      return { kind: 'not_started' };
    }
    return await this.#follow(child);
  }

  async #follow(child: Child): Promise<Printed> {
    const { promise, resolve } = Promise.withResolvers<Printed>();
    const chunks: Buffer[] = [];
    let length = 0;
    const late = this.#clock.after(limit, () => {
      endGroup(child);
      resolve({ kind: 'late' });
    });
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= mostPrinted) return void chunks.push(chunk);
      endGroup(child);
      resolve({ kind: 'too_long' });
    });
    child.once('error', () => resolve({ kind: 'not_started' }));
    const text = (): Secret => new Secret(Buffer.concat(chunks).toString());
    child.once('exit', (status, signal) => {
      late.cancel();
      if (status !== 0) return resolve({ kind: 'failed', how: status ?? signal ?? 'unknown' });
      const drained = this.#clock.after(drainTime, () => resolve({ kind: 'printed', text: text() }));
      child.once('close', () => {
        drained.cancel();
        resolve({ kind: 'printed', text: text() });
      });
    });
    try {
      return await promise;
    } finally {
      late.cancel();
      child.stdout.destroy();
      for (const chunk of chunks) chunk.fill(0);
    }
  }

  /** A relative entry of PATH, or a relative path, would depend on where the broker was started. */
  async #find(name: string): Promise<string | undefined> {
    if (isAbsolute(name)) return (await isProgram(name)) === undefined ? undefined : name;
    if (name === '' || name.includes('/')) return undefined;
    for (const folder of (this.#env.PATH ?? '').split(':')) {
      const path = join(folder, name);
      if (isAbsolute(folder) && (await this.#isOurs(path))) return path;
    }
    return undefined;
  }

  async #isOurs(path: string): Promise<boolean> {
    const found = await isProgram(path);
    if (found === undefined || !this.#isClosed(found)) return false;
    const folder = await stat(dirname(path)).catch(() => undefined);
    return folder !== undefined && this.#isClosed(folder);
  }

  /** Groups may write, as Debian's `staff` may to /usr/local/bin. */
  #isClosed({ uid, mode }: Stats): boolean {
    return (uid === this.#uid || uid === 0) && (mode & 0o002) === 0;
  }
}

async function isProgram(path: string): Promise<Stats | undefined> {
  try {
    await access(path, constants.X_OK);
    const found = await stat(path);
    return found.isFile() ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Only while the program itself is there: its number may be another's afterwards. */
function endGroup(child: Child): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
