import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../config/write-file.ts';

/** What a file was before us, and what we made of it: enough to put it back byte for byte. */
export interface SetupRecord {
  /** Undefined where there was no file. */
  readonly before: Buffer | undefined;
  /** SHA-256 of what we wrote. */
  readonly after: string;
}

const stored = z.strictObject({
  version: z.literal(1),
  file: z.string(),
  before: z.base64().nullable(),
  after: z.string(),
});

export function digest(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'absent' : createHash('sha256').update(bytes).digest('hex');
}

const place = (stateFolder: string, file: string): string =>
  join(stateFolder, 'setup', `git-${digest(Buffer.from(file)).slice(0, 16)}.json`);

/** Undefined where there is none, or none that can be used: then our lines are found by what they say. */
export async function readRecord(stateFolder: string, file: string): Promise<SetupRecord | undefined> {
  try {
    const parsed = stored.safeParse(JSON.parse(await readFile(place(stateFolder, file), 'utf8')));
    if (!parsed.success || parsed.data.file !== file) return undefined;
    const { before, after } = parsed.data;
    return { before: before === null ? undefined : Buffer.from(before, 'base64'), after };
  } catch {
    return undefined;
  }
}

export async function writeRecord(stateFolder: string, file: string, record: SetupRecord): Promise<void> {
  const value: z.infer<typeof stored> = {
    version: 1,
    file,
    before: record.before?.toString('base64') ?? null,
    after: record.after,
  };
  await writeFileAtomically(place(stateFolder, file), `${JSON.stringify(value)}\n`);
}

export async function removeRecord(stateFolder: string, file: string): Promise<void> {
  await rm(place(stateFolder, file), { force: true });
}
