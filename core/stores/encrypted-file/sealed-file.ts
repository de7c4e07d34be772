import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, writeDurably } from '../../config/durable-file.ts';
import { systemCodeOf } from '../../errors.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { describeProblem, ownUid, wayProblem } from '../../platform/trusted-path.ts';

/** No collection of tokens comes near it. */
const largest = 16 * 1024 * 1024;

export type FileContent =
  | { readonly kind: 'missing' }
  | { readonly kind: 'read'; readonly bytes: Buffer }
  /** Not a file of ours to read: `detail` says why. */
  | { readonly kind: 'refused'; readonly detail: string };

/** Told of the two moments of a write at which a kill is told apart. */
export interface FileBarriers {
  reached(name: 'sealed_temp_written' | 'sealed_renamed'): void;
}

/** What becomes of the present file when it is replaced. */
export type Predecessor =
  /** It is good: the next one to fall back on. */
  | 'kept'
  /** It is damaged: renamed to `.unreadable`, so that the good `.previous` stays. */
  | 'set_aside'
  /** It has what is to be removed: it goes, and `.previous` becomes a copy of the new one. */
  | 'outlived'
  /** So, and a damaged one that was set aside goes with it: nothing old stays readable. */
  | 'forgotten';

/** One file and the one before it, on the disk. Methods reject with the system's error where the disk fails. */
export class SealedFile {
  readonly path: string;
  readonly #barriers: FileBarriers | undefined;
  /** As it was when last read or written by us. */
  #seen = 'never';

  constructor(path: string, barriers?: FileBarriers) {
    this.path = path;
    this.#barriers = barriers;
  }

  async present(): Promise<boolean> {
    return (await exists(this.path)) || (await exists(this.#previous));
  }

  async read(): Promise<FileContent> {
    this.#seen = await identity(this.path);
    return await readSafely(this.path);
  }

  async readPrevious(): Promise<FileContent> {
    return await readSafely(this.#previous);
  }

  /** Somebody else has written, moved or removed the file since we did. */
  async changedByOthers(): Promise<boolean> {
    return (await identity(this.path)) !== this.#seen;
  }

  /** Resolves when the bytes are on the disk under the file's name. Never leaves half a file there. */
  async replace(bytes: Buffer, predecessor: Predecessor): Promise<void> {
    const folder = dirname(this.path);
    makeFolder(folder);
    const temporary = `${this.path}.new`;
    await writeDurably(temporary, bytes);
    this.#barriers?.reached('sealed_temp_written');
    if (predecessor === 'outlived' || predecessor === 'forgotten') await this.#copyToPrevious(bytes);
    if (predecessor === 'forgotten') await rm(this.#unreadable, { force: true });
    if (predecessor === 'kept') await this.#keep();
    if (predecessor === 'set_aside') await ignoreMissing(rename(this.path, this.#unreadable));
    await rename(temporary, this.path);
    await syncFolder(folder);
    this.#barriers?.reached('sealed_renamed');
    this.#seen = await identity(this.path);
  }

  get #previous(): string {
    return `${this.path}.previous`;
  }

  get #unreadable(): string {
    return `${this.path}.unreadable`;
  }

  /** A second name for the present file, then the swap: there is no moment without a whole file. */
  async #keep(): Promise<void> {
    const name = `${this.#previous}.new`;
    await rm(name, { force: true });
    await ignoreMissing(link(this.path, name).then(() => rename(name, this.#previous)));
    // Renaming to another name of the same file does nothing (rename(2)), and leaves this one.
    await rm(name, { force: true });
  }

  async #copyToPrevious(bytes: Buffer): Promise<void> {
    const name = `${this.#previous}.new`;
    await writeDurably(name, bytes);
    await rename(name, this.#previous);
  }
}

async function readSafely(path: string): Promise<FileContent> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { kind: 'missing' };
    return { kind: 'refused', detail: `${path} cannot be opened (${systemCodeOf(error)})` };
  }
  try {
    const found = await file.stat();
    if (!found.isFile()) return { kind: 'refused', detail: `${path} is no regular file` };
    const problem = wayProblem(dirname(path), ownUid());
    if (problem !== undefined) return { kind: 'refused', detail: describeProblem(problem) };
    if (found.uid !== process.geteuid?.()) return { kind: 'refused', detail: `${path} belongs to somebody else` };
    if (found.size > largest) return { kind: 'refused', detail: `${path} is too large` };
    if ((found.mode & 0o077) !== 0) await file.chmod(0o600);
    return { kind: 'read', bytes: await file.readFile() };
  } finally {
    await file.close();
  }
}

async function identity(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs } = await lstat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(':');
  } catch (error) {
    return systemCodeOf(error);
  }
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    (error: unknown) => !hasCode(error, 'ENOENT'),
  );
}

async function ignoreMissing(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
  });
}

const hasCode = (error: unknown, code: string): boolean => systemCodeOf(error) === code;
