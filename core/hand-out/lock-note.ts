import { lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Turns } from '../concurrency/turns.ts';
import { syncFolder } from '../config/durable-file.ts';
import { writeFileAtomically } from '../config/write-file.ts';
import { KeytrayError, systemCodeOf } from '../errors.ts';
import { describeProblem, judgePath, ownUid } from '../platform/trusted-path.ts';
import type { Logger } from '../ports.ts';

/** Whether the person has locked, remembered across restarts and crashes. */
export interface LockNote {
  /** Never throws: what cannot be told counts as locked. */
  read(): 'locked' | 'unlocked';
  /** Resolves when it is on the disk. */
  write(state: 'locked' | 'unlocked'): Promise<void>;
}

const words = 'Keytray is locked: no tool is given a token. Run: keytray unlock\n';

/**
 * A file that is there while the lock holds. Its name alone counts: damaged, emptied or laid by somebody else it still
 * means locked, because a lock too many costs one command, and one too few gives tokens away.
 */
export class LockNoteFile implements LockNote {
  readonly #file: string;
  readonly #logger: Logger;
  readonly #turns = new Turns();

  constructor(file: string, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
  }

  read(): 'locked' | 'unlocked' {
    const file = this.#file;
    try {
      if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return 'unlocked';
      const judged = judgePath(file, ownUid());
      if (judged.kind === 'refused')
        this.#logger.warn('the note of a lock is not ours, and counts', { file, why: describeProblem(judged.problem) });
    } catch (error) {
      this.#logger.warn('the note of a lock cannot be read, and counts', { file, why: systemCodeOf(error) });
    }
    return 'locked';
  }

  async write(state: 'locked' | 'unlocked'): Promise<void> {
    const file = this.#file;
    await this.#turns.take(async () => {
      try {
        if (state === 'locked') {
          await writeFileAtomically(file, words);
          return;
        }
        if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
        await rm(file, { force: true });
        await syncFolder(dirname(file));
      } catch (error) {
        throw new KeytrayError('misconfigured', `${file} cannot be ${state === 'locked' ? 'written' : 'removed'}`, {
          advice: 'Until that is fixed, a restart of Keytray brings back the state before.',
          detail: systemCodeOf(error),
          cause: error,
        });
      }
    });
  }
}
