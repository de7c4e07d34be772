import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { systemCodeOf } from '../errors.ts';
import { makeFolder } from '../platform/make-folder.ts';
import type { Logger } from '../ports.ts';
import { isoTime } from '../untrusted/instant.ts';

/**
 * Which refresh tokens are being spent right now, remembered across a crash. A server that rotates forgives the second
 * use of a token for seconds only, so the next process asks again at once instead of when somebody needs it.
 */
export interface AttemptNotes {
  /** A refresh with the token of `generation` is about to be sent. */
  begin(account: string, generation: number): Promise<void>;
  /** Its answer has been dealt with. */
  end(account: string): Promise<void>;
  /** Whether an earlier process ended between the two, with the token of this generation. */
  interrupted(account: string, generation: number): boolean;
}

const noteSchema = z.object({ generation: z.int().min(1), at: z.string() });

/** One small file per attempt: account id, generation and time, no secret. */
export class AttemptNoteFiles implements AttemptNotes {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #left = new Map<string, number>();

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  /** Reads what an earlier process left. Never rejects: without notes everything works, later. */
  async load(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) {
      const text = await readFile(join(this.#folder, name), 'utf8').catch(() => '');
      const note = parse(text);
      const account = decodeURIComponent(name);
      if (note === undefined) {
        await rm(join(this.#folder, name), { force: true });
        continue;
      }
      this.#left.set(account, note.generation);
      this.#logger.warn('the last process ended during a refresh', { account, at: note.at });
    }
  }

  async begin(account: string, generation: number): Promise<void> {
    const note = { generation, at: isoTime(Date.now()) };
    await this.#quietly(async () => {
      makeFolder(this.#folder);
      await writeFile(this.#file(account), JSON.stringify(note), { mode: 0o600 });
    });
  }

  async end(account: string): Promise<void> {
    this.#left.delete(account);
    await this.#quietly(() => rm(this.#file(account), { force: true }));
  }

  interrupted(account: string, generation: number): boolean {
    return this.#left.get(account) === generation;
  }

  #file(account: string): string {
    return join(this.#folder, encodeURIComponent(account));
  }

  /** A full disk must not keep anybody from a token. */
  async #quietly(work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: unknown) => {
      const why = systemCodeOf(error);
      this.#logger.warn('a note of a refresh cannot be kept', { why });
    });
  }
}

function parse(text: string): z.infer<typeof noteSchema> | undefined {
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** For brokers without a disk. */
export const noAttemptNotes: AttemptNotes = {
  begin: async () => undefined,
  end: async () => undefined,
  interrupted: () => false,
};
