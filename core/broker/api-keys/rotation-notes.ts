import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../../config/durable-file.ts';
import { writeFileAtomically } from '../../config/write-file.ts';
import { KeytrayError, systemCodeOf } from '../../errors.ts';

const noteSchema = z.object({
  /** The ID of the key that is replaced. */
  old: z.string(),
  /** What the new one is called. */
  name: z.string(),
  /** IDs there were before; whichever of this name is not among them was made by the rotation. */
  known: z.array(z.string()),
  /** The ID of the new one, once the service has told. */
  made: z.string().optional(),
});
/** How far a rotation has come; never a secret. */
export type RotationNote = z.infer<typeof noteSchema>;

const fileSchema = z.object({ version: z.literal(1), rotations: z.array(noteSchema) });

/** Rotations that have begun and not ended, remembered across a crash. */
export interface RotationNotes {
  /** Throws `misconfigured` where what was left cannot be read. */
  of(account: string): Promise<readonly RotationNote[]>;
  /** Resolves when it is on the disk. Throws `misconfigured` where it cannot be written: nothing must be begun then. */
  keep(account: string, note: RotationNote): Promise<void>;
  end(account: string, old: string): Promise<void>;
}

/** One file for each account, gone when nothing is open. */
export class RotationNoteFiles implements RotationNotes {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async of(account: string): Promise<readonly RotationNote[]> {
    const file = this.#file(account);
    try {
      return fileSchema.parse(JSON.parse(await readFile(file, 'utf8'))).rotations;
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return [];
      throw unusable(file, 'read', account, error);
    }
  }

  async keep(account: string, note: RotationNote): Promise<void> {
    const others = (await this.of(account)).filter(({ old }) => old !== note.old);
    await this.#write(account, [...others, note]);
  }

  async end(account: string, ended: string): Promise<void> {
    const before = await this.of(account);
    const left = before.filter(({ old }) => old !== ended);
    if (left.length < before.length) await this.#write(account, left);
  }

  async #write(account: string, rotations: readonly RotationNote[]): Promise<void> {
    const file = this.#file(account);
    try {
      if (rotations.length > 0) {
        await writeFileAtomically(file, `${JSON.stringify({ version: 1, rotations })}\n`);
        return;
      }
      await rm(file, { force: true });
      await syncFolder(dirname(file));
    } catch (error) {
      throw unusable(file, 'written', account, error);
    }
  }

  #file(account: string): string {
    return join(this.#folder, `${encodeURIComponent(account)}.json`);
  }
}

function unusable(file: string, done: 'read' | 'written', account: string, cause: unknown): KeytrayError {
  return new KeytrayError('misconfigured', `${file} cannot be ${done}: it says how far a rotation has come`, {
    account,
    advice: 'Look at the list of keys at the service, put the file right or remove it, and try again.',
    detail: systemCodeOf(cause),
    cause,
  });
}

/** For brokers without a disk. */
export class MemoryRotationNotes implements RotationNotes {
  readonly #notes = new Map<string, readonly RotationNote[]>();

  async of(account: string): Promise<readonly RotationNote[]> {
    return this.#notes.get(account) ?? [];
  }

  async keep(account: string, note: RotationNote): Promise<void> {
    const others = (await this.of(account)).filter(({ old }) => old !== note.old);
    this.#notes.set(account, [...others, note]);
  }

  async end(account: string, ended: string): Promise<void> {
    this.#notes.set(
      account,
      (await this.of(account)).filter(({ old }) => old !== ended),
    );
  }
}
