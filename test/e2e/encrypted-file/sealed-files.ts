import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Secret } from '../../../core/secret.ts';
import { keysFrom } from '../../../core/stores/encrypted-file/passphrase-keys.ts';
import {
  fits,
  type Header,
  parseSealed,
  type SealKeys,
  unseal,
} from '../../../core/stores/encrypted-file/sealed-format.ts';
import { parseItems } from '../../../core/stores/encrypted-file/sealed-items.ts';

const known = new Map<string, Promise<SealKeys>>();

/** The same key is not worked out twice. */
async function keysOf(passphrase: string, header: Header): Promise<SealKeys> {
  const name = `${header.bytes.toString('base64')} ${passphrase}`;
  const keys = known.get(name) ?? keysFrom(new Secret(passphrase), header);
  known.set(name, keys);
  return await keys;
}

/** Names of the items by file, for every file of the folder that a thief with this passphrase could open. */
export async function openedBy(folder: string, passphrase: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const opened = new Map<string, readonly string[]>();
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
  for (const { name } of files) {
    const parsed = parseSealed(await readFile(path.join(folder, name)));
    if (parsed.kind !== 'whole') continue;
    const keys = await keysOf(passphrase, parsed.content.header);
    const text = fits(parsed.content, keys) ? unseal(parsed.content, keys) : undefined;
    const items = text === undefined ? undefined : parseItems(text);
    if (items !== undefined) opened.set(name, [...items.keys()]);
  }
  return opened;
}

/** Files below the folder that show any of the values, as they are or in base64. */
export async function filesShowing(folder: string, values: Iterable<string>): Promise<readonly string[]> {
  const forms = [...values].flatMap((value) => {
    const inBase64 = [0, 1, 2].map((before) =>
      Buffer.concat([Buffer.alloc(before), Buffer.from(value)])
        .toString('base64')
        .slice(4, -4),
    );
    return [value, ...inBase64];
  });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'latin1') })));
  return texts.filter(({ text }) => forms.some((form) => text.includes(form))).map(({ file }) => file);
}
