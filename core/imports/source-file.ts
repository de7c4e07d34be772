import { codeOf } from '../config/config-files.ts';
import { KeytrayError } from '../errors.ts';
import { describeProblem, type OpenedFile, openTrusted, ownUid } from '../platform/trusted-path.ts';
import type { SourceText } from './found.ts';

/** Bytes. Files that hold credentials are far smaller. */
export const largestSource = 1024 * 1024;

/**
 * The text of a file of the person's own; undefined where there is none. Rejects with `invalid_request` where others
 * could have written it, or where it is no text of a sensible size.
 */
export async function readSourceFile(file: string): Promise<SourceText | undefined> {
  let opened: OpenedFile;
  try {
    opened = await openTrusted(file, ownUid());
  } catch (error) {
    throw new KeytrayError('invalid_request', `${file} cannot be read (${codeOf(error)})`, { cause: error });
  }
  if (opened.kind === 'missing') return undefined;
  if (opened.kind === 'refused') {
    throw new KeytrayError('invalid_request', `nothing was read: ${describeProblem(opened.problem)}`);
  }
  try {
    if (opened.found.size > largestSource) throw new KeytrayError('invalid_request', `${file} is larger than 1 MiB`);
    return { file, text: utf8Text(await opened.handle.readFile(), file) };
  } finally {
    await opened.handle.close();
  }
}

/** Throws `invalid_request` for bytes that are no text. */
export function utf8Text(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new KeytrayError('invalid_request', `${file} is not UTF-8 text`);
  }
}
