import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { LocalApiClient } from '../../core/local-api/client/client.ts';
import type { Keytray } from './keytray.ts';
import { type KnownSecrets, written } from './known-secrets.ts';
import { type ProcessWatch, watchProcesses } from './process-watch.ts';
import type { Finished } from './processes.ts';

/** Of this run alone: the search reads every process of the machine. */
export const unique = (prefix: string): string => `${prefix}-${randomBytes(18).toString('hex')}`;

/** What people and programs can see, and its name. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** Every file below a folder. */
export async function filesBelow(folder: string): Promise<readonly Place[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return await Promise.all(files.map(async (name) => ({ name, text: await readFile(name, 'latin1') })));
}

/** `KIND in PLACE` for each secret that stands there, however it is written; empty where none does. */
export const secretsIn = ({ values }: KnownSecrets, places: readonly Place[]): readonly string[] =>
  places.flatMap(({ name, text }) =>
    [...values]
      .filter(([value]) => written(value).some((form) => text.includes(form)))
      .map(([, kind]) => `${kind} in ${name}`),
  );

/** Hears what a broker and its commands let out: command lines and environments, events, and what is said. */
export class Eavesdropper {
  readonly said: string[] = [];
  readonly events: string[] = [];
  readonly processes: ProcessWatch = watchProcesses();
  readonly #keytray: Keytray;
  readonly #listening = new AbortController();
  #heard: Promise<void> | undefined;

  /** To be made before the agent is started. */
  constructor(keytray: Keytray) {
    this.#keytray = keytray;
  }

  async startAgent(): Promise<void> {
    await this.#keytray.startAgent();
    this.#heard = this.#hear();
  }

  async run(args: readonly string[], line = ''): Promise<Finished> {
    const ran = await this.#keytray.run(args, { input: `${line}\n` });
    this.said.push(ran.stdout, ran.stderr);
    return ran;
  }

  /** As `secretsIn`, in all of this and in every file of the broker. */
  async find(secrets: KnownSecrets): Promise<readonly string[]> {
    return secretsIn(secrets, [
      ...(await filesBelow(this.#keytray.folder)),
      { name: 'command lines, titles, environments', text: this.processes.seen() },
      { name: 'output', text: this.said.join('\n') },
      { name: 'events', text: this.events.join('\n') },
    ]);
  }

  async close(): Promise<void> {
    this.#listening.abort();
    await this.#heard;
    this.processes.stop();
  }

  async #hear(): Promise<void> {
    try {
      for await (const event of new LocalApiClient(this.#keytray.socket).events(this.#listening.signal)) {
        this.events.push(JSON.stringify(event));
      }
    } catch {
      // The broker has ended, or the test has.
    }
  }
}
