import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../../config/config-files.ts';
import { writeFileAtomically } from '../../config/write-file.ts';
import { KeytrayError } from '../../errors.ts';
import { ownUid, requireOwnFolder } from '../../platform/trusted-path.ts';
import { readTrustedText } from '../../platform/trusted-text.ts';
import { requireRoom } from './locked-file.ts';
import { writeFailure } from './write-failure.ts';

/** What a file was before us, and what we made of it: enough to put it back byte for byte. */
export interface SetupRecord {
  /** Undefined where there was no file. */
  readonly before: Buffer | undefined;
  /** `digest` of what we wrote; the target, of a symbolic link. */
  readonly after: string;
  /** The first folder that had to be made for it. */
  readonly madeFolder: string | undefined;
}

export interface RecordedFile {
  readonly file: string;
  readonly kind: 'file' | 'link';
}

const stored = z.strictObject({
  version: z.literal(1),
  file: z.string(),
  kind: z.enum(['file', 'link']).optional(),
  before: z.base64().nullable(),
  after: z.string(),
  made_folder: z.string().optional(),
});
type Stored = z.infer<typeof stored>;

export function digest(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'absent' : createHash('sha256').update(bytes).digest('hex');
}

/** The records of one tool's files. */
export class Records {
  readonly #folder: string;
  readonly #tool: string;

  constructor(stateFolder: string, tool: string) {
    this.#folder = join(stateFolder, 'setup');
    this.#tool = tool;
  }

  #place(file: string): string {
    return join(this.#folder, `${this.#tool}-${digest(Buffer.from(file)).slice(0, 16)}.json`);
  }

  /**
   * Undefined where there is none, or none that can be used: then our lines are found by what they say. Rejects with
   * `misconfigured` where others could have written it.
   */
  async read(file: string): Promise<SetupRecord | undefined> {
    const found = await readStored(this.#place(file));
    if (found === undefined || found.file !== file) return undefined;
    return {
      before: found.before === null ? undefined : Buffer.from(found.before, 'base64'),
      after: found.after,
      madeFolder: found.made_folder,
    };
  }

  async write({ file, kind }: RecordedFile, record: SetupRecord): Promise<void> {
    const value: Stored = {
      version: 1,
      file,
      ...(kind === 'link' ? { kind } : {}),
      before: record.before?.toString('base64') ?? null,
      after: record.after,
      ...(record.madeFolder === undefined ? {} : { made_folder: record.madeFolder }),
    };
    requireOwnFolder(this.#folder, ownUid());
    try {
      await writeFileAtomically(this.#place(file), `${JSON.stringify(value)}\n`);
    } catch (error) {
      throw writeFailure(this.#folder, error);
    }
  }

  /** For a preview: rejects where `write` of what a file was before could not be kept. */
  async requireRoom(before: Buffer | undefined): Promise<void> {
    requireOwnFolder(this.#folder, ownUid());
    await requireRoom(this.#place(''), before?.length ?? 0);
  }

  async remove(file: string): Promise<void> {
    await rm(this.#place(file), { force: true });
  }

  /** The first folder that had to be made for a file: `made` just now, or by a set-up before. */
  async madeFolder(file: string, made: string | undefined): Promise<string | undefined> {
    return made ?? (await inheritedFolder(this.#folder, dirname(file)));
  }

  /** Everything this tool was set up with, also where the environment named other files at that time. */
  async files(): Promise<readonly RecordedFile[]> {
    requireOwnFolder(this.#folder, ownUid());
    const names = await readdir(this.#folder).catch(() => []);
    const ours = names.filter((name) => new RegExp(`^${this.#tool}-[0-9a-f]{16}\\.json$`).test(name)).sort();
    const read = await Promise.all(ours.map((name) => readStored(join(this.#folder, name))));
    return read.flatMap((found) => (found === undefined ? [] : [{ file: found.file, kind: found.kind ?? 'file' }]));
  }
}

/** A folder that was made for one file is, for the next one in it, as if made for that: the last to go takes it along. */
async function inheritedFolder(records: string, folder: string): Promise<string | undefined> {
  const names = await readdir(records).catch(() => []);
  const read = await Promise.all(names.map((name) => readStored(join(records, name))));
  return read
    .map((found) => found?.made_folder)
    .find((made) => made !== undefined && (folder === made || folder.startsWith(`${made}/`)));
}

/** Rejects with `misconfigured` where others could have written the record: what it holds would be written anywhere. */
async function readStored(place: string): Promise<Stored | undefined> {
  const text = await readTrustedText(place).catch((error: unknown) => {
    if (error instanceof KeytrayError) throw error;
    throw new KeytrayError('invalid_request', `${place} cannot be read (${codeOf(error)})`, {
      cause: error,
      advice: 'Make it readable for yourself, then try again.',
    });
  });
  if (text === undefined) return undefined;
  try {
    return stored.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
