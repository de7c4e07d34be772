import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { changeLocked, makeFolderOf, readIfThere, realFile, requireWritable, same } from './locked-file.ts';
import { digest, type Records, type SetupRecord } from './record.ts';

type Bytes = Buffer | undefined;

/** A file of somebody else's with some of our lines in it. Undefined stands for no file. */
export interface ManagedFile {
  readonly path: string;
  /**
   * Whether our plan names the file now. Another one that a record names may have been named by the environment then:
   * of that only our own lines are taken out, and nothing the record holds is written.
   */
  readonly planned: boolean;
  /** Mode of a file that has to be made. */
  readonly newMode: number;
  /** From the file without us to the file with us; `current` has what a person added to our entries. */
  edit(base: Bytes, current: Bytes): Bytes | Promise<Bytes>;
  /**
   * The file without us, told by what the lines say, once it was changed since. What we wrote over comes from `known`,
   * the file before us; it is undefined where nobody remembers.
   */
  clean(current: Buffer, known: { readonly before: Bytes } | undefined): Bytes;
}

export interface Outcome {
  readonly path: string;
  readonly before: Bytes;
  readonly after: Bytes;
  /** The file was found as we left it, so that what was there before us is known byte for byte. */
  readonly exact: boolean;
}

export interface How {
  readonly undo: boolean;
  readonly dryRun: boolean;
  /** Of a dry run that only wants to know how things stand: whether the files could be written does not count. */
  readonly look?: boolean;
}

interface Judged extends Outcome {
  readonly base: Bytes;
  readonly madeFolder: string | undefined;
}

/**
 * Writes our lines into a file, or with `undo` takes them out. Every run starts from the file without us, so that it
 * can be repeated and leaves nothing of the run before. Rejects with a `KeytrayError`.
 */
export async function settleFile(file: ManagedFile, records: Records, how: How): Promise<Outcome> {
  const target = realFile(file.path);
  const current = await readIfThere(target);
  const planned = await judge(file, records, target, current, how.undo);
  if (how.dryRun) {
    if (how.look !== true && !same(current, planned.after)) {
      await requireWritable(target, planned.after);
      if (!how.undo) await records.requireRoom(planned.base);
    }
    return planned;
  }
  // Nothing to do must need no right to write, and make no folder.
  if (same(current, planned.after)) {
    if (how.undo) await records.remove(target);
    return planned;
  }
  return apply(file, records, target, how.undo);
}

async function judge(
  file: ManagedFile,
  records: Records,
  target: string,
  current: Bytes,
  undo: boolean,
): Promise<Judged> {
  const record = await records.read(target);
  const exact = file.planned && record !== undefined && record.after === digest(current);
  const base = exact ? record.before : current && cleaned(file, current, record);
  const after = undo ? base : await file.edit(base, current);
  return { path: file.path, before: current, after, exact, base, madeFolder: record?.madeFolder };
}

function cleaned(file: ManagedFile, current: Buffer, record: SetupRecord | undefined): Bytes {
  if (file.planned) return file.clean(current, record);
  try {
    return file.clean(current, record !== undefined && record.before === undefined ? record : undefined);
  } catch (error) {
    // Nothing of this tool's, so nothing of ours either.
    if (error instanceof KeytrayError) return current;
    throw error;
  }
}

async function apply(file: ManagedFile, records: Records, target: string, undo: boolean): Promise<Outcome> {
  const made = undo ? undefined : makeFolderOf(target);
  let outcome: Judged | undefined;
  try {
    await changeLocked(target, file.newMode, async (current) => {
      const judged = await judge(file, records, target, current, undo);
      outcome = judged;
      const written = !undo && !same(judged.base, judged.after);
      // Before the file: if we die in between, the file is as it was and the record does not match it.
      return written
        ? { bytes: judged.after, beforeSwap: () => remember(target, judged, records, made) }
        : { bytes: judged.after };
    });
  } catch (error) {
    if (made !== undefined) await removeFolders(dirname(target), made);
    throw error;
  }
  if (outcome === undefined) throw new TypeError('the file was not judged');
  if (undo) {
    await records.remove(target);
    if (outcome.after === undefined && outcome.madeFolder !== undefined) {
      await removeFolders(dirname(target), outcome.madeFolder);
    }
  }
  return outcome;
}

async function remember(target: string, judged: Judged, records: Records, made: string | undefined): Promise<void> {
  const madeFolder = judged.madeFolder ?? (await records.madeFolder(target, made));
  await records.write({ file: target, kind: 'file' }, { before: judged.base, after: digest(judged.after), madeFolder });
}

/** From the innermost folder out to the first one we made; one that has something in it stays. */
export async function removeFolders(folder: string, first: string): Promise<void> {
  for (let current = folder; current === first || current.startsWith(`${first}/`); current = dirname(current)) {
    try {
      await rmdir(current);
    } catch {
      return;
    }
  }
}
