import { constants, open } from 'node:fs/promises';

export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  /** `why` is for people. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** Bytes. Configuration of a tool is far smaller. */
const largest = 1024 * 1024;

/**
 * A small regular file as text. Never waits, as it would for a pipe, and takes nothing from one: whoever reads the pipe
 * next would find it empty.
 */
export async function readRegularFile(path: string): Promise<FileText> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const found = await file.stat();
    if (!found.isFile()) return { kind: 'unreadable', why: 'not a regular file' };
    if (found.size > largest) return { kind: 'unreadable', why: 'larger than a configuration file' };
    const bytes = Buffer.alloc(found.size);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return { kind: 'text', text: bytes.toString('utf8', 0, bytesRead) };
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'absent' } : { kind: 'unreadable', why: code };
  }
}
