import { constants, createReadStream, fstatSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { systemCodeOf } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import type { PassphraseSource } from './encrypted-file-store.ts';

const longest = 4096;

/** Where a passphrase can have been left for us, in the order they are asked. */
export function passphraseSource(
  env: Readonly<Record<string, string | undefined>>,
  uid: number,
  descriptor: number | undefined,
): PassphraseSource | undefined {
  const { KEYTRAY_PASSPHRASE_FILE: file = '' } = env;
  return firstOf([
    ...(file === '' ? [] : [passphraseFile(file, uid)]),
    ...(descriptor === undefined ? [] : [passphraseDescriptor(descriptor)]),
  ]);
}

/** A file named by `KEYTRAY_PASSPHRASE_FILE`, read anew each time; whoever else may read it, it is refused. */
function passphraseFile(path: string, uid: number): PassphraseSource {
  const refuse = (why: string): { readonly detail: string } => ({ detail: `KEYTRAY_PASSPHRASE_FILE ${why}` });
  return async () => {
    try {
      // Not blocking: a pipe without a writer must not hold the broker.
      const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const found = await file.stat();
        if (!found.isFile()) return refuse('names no regular file');
        if (found.uid !== uid) return refuse('names a file of somebody else');
        if ((found.mode & 0o077) !== 0) return refuse('names a file that others can read; chmod 600 it');
        if (found.size > longest) return refuse('names a file that is too large');
        const text = await file.readFile('utf8');
        const passphrase = text.replace(/\r?\n$/, '');
        return passphrase === '' ? refuse('names an empty file') : new Secret(passphrase);
      } finally {
        await file.close();
      }
    } catch (error) {
      return refuse(`cannot be read (${systemCodeOf(error)})`);
    }
  };
}

/**
 * The first line of an inherited descriptor, given out once. Read as it comes, so that a slow writer holds nobody
 * but the store.
 */
function passphraseDescriptor(descriptor: number): PassphraseSource {
  let found: Stats;
  try {
    found = fstatSync(descriptor);
  } catch {
    return async () => ({ detail: `--passphrase-fd: there is no descriptor ${descriptor}` });
  }
  const line = firstLine(openDescriptor(descriptor, found));
  let given = false;
  return async () => {
    if (given) return undefined;
    const passphrase = await line;
    given = true;
    return passphrase === '' ? { detail: '--passphrase-fd held no passphrase' } : new Secret(passphrase);
  };
}

function firstOf(sources: readonly PassphraseSource[]): PassphraseSource | undefined {
  if (sources.length === 0) return undefined;
  return async () => {
    for (const source of sources) {
      const given = await source();
      if (given !== undefined) return given;
    }
    return undefined;
  };
}

/** Whoever started us may have made a pipe that does not block, which reads as an error while nothing is in it. */
function openDescriptor(descriptor: number, found: Stats): Readable {
  if (found.isFIFO() || found.isSocket()) return new Socket({ fd: descriptor, writable: false }).setEncoding('utf8');
  return createReadStream('', { fd: descriptor, encoding: 'utf8', highWaterMark: longest });
}

async function firstLine(input: Readable): Promise<string> {
  let text = '';
  try {
    for await (const chunk of input) {
      text += String(chunk);
      if (text.includes('\n') || text.length > longest) break;
    }
  } catch {
    return '';
  }
  const [line = ''] = text.split(/\r?\n/);
  return line.length > longest ? '' : line;
}
