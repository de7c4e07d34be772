import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { syncFolder, writeDurably } from '../../config/durable-file.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { readTrustedText } from '../../platform/trusted-text.ts';
import { type Barriers, noBarriers } from '../../ports.ts';
import { Secret } from '../../secret.ts';

const fileVersion = 1;

const fileSchema = z.object({
  version: z.literal(fileVersion),
  entries: z.record(z.string(), z.object({ nonce: z.base64(), data: z.base64(), tag: z.base64() })),
});
type SealedEntry = z.infer<typeof fileSchema>['entries'][string];

/** Sealed as the empty text, which no value is. */
const removal = Symbol('removal');
type Entry = Secret | typeof removal;
type Entries = ReadonlyMap<string, Entry>;

/**
 * Values and removals that wait for the keychain to be unlocked: one file, AES-256-GCM under a key that is itself kept
 * in the keychain. An entry is always the newest of its item, because a waiting entry goes to the keychain
 * before anything else is written there. Every method rejects with the system's error where the disk fails.
 */
export class Journal {
  readonly #file: string;
  readonly #barriers: Barriers;
  #key: Secret | undefined;
  #entries: Entries = new Map();

  constructor(file: string, barriers = noBarriers) {
    this.#file = file;
    this.#barriers = barriers;
  }

  /** Whether entries can be read and written: the key is known. */
  get usable(): boolean {
    return this.#key !== undefined;
  }

  get items(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Undefined also for a removal. */
  get(item: string): Secret | undefined {
    const entry = this.#entries.get(item);
    return entry === removal ? undefined : entry;
  }

  /** Whether what waits is the end of the item. */
  removes(item: string): boolean {
    return this.#entries.get(item) === removal;
  }

  /** Also without the key. */
  async present(): Promise<boolean> {
    return (await this.#read()) !== undefined;
  }

  /**
   * Takes the key (32 bytes, base64) and reads what an earlier process left.
   * `set_aside`: the file cannot be read with this key; it was renamed, never deleted.
   */
  async unlock(key: Secret): Promise<'read' | 'set_aside'> {
    const text = await this.#read();
    const entries = text === undefined ? new Map() : openEntries(text, key);
    if (entries === undefined) await rename(this.#file, await this.#nameAside());
    // Of a write that a kill cut off. Where it cannot go, the next write says so.
    await rm(this.#temporary, { force: true }).catch(() => undefined);
    this.#entries = entries ?? new Map();
    this.#key = key;
    return entries === undefined ? 'set_aside' : 'read';
  }

  /** Resolves when the value is on the disk. */
  async put(item: string, value: Secret): Promise<void> {
    await this.#replace(new Map(this.#entries).set(item, value));
  }

  /** Resolves when it is on the disk that the item is to go. */
  async putRemoval(item: string): Promise<void> {
    await this.#replace(new Map(this.#entries).set(item, removal));
  }

  /** Takes the file away, which a full disk lets us do when it no longer lets us write a shorter one. */
  async clear(): Promise<void> {
    await this.#replace(new Map());
  }

  has(item: string): boolean {
    return this.#entries.has(item);
  }

  /** What was set aside before stays too. */
  async #nameAside(): Promise<string> {
    const taken = new Set(await readdir(dirname(this.#file)));
    const name = `${basename(this.#file)}.unreadable`;
    const names = [name, ...Array.from({ length: taken.size }, (_, index) => `${name}.${index + 1}`)];
    return join(dirname(this.#file), names.find((free) => !taken.has(free)) ?? name);
  }

  get #temporary(): string {
    return `${this.#file}.new`;
  }

  async #read(): Promise<string | undefined> {
    return await readTrustedText(this.#file);
  }

  async #replace(entries: Entries): Promise<void> {
    if (this.#key === undefined) throw new TypeError('the journal has no key yet');
    const folder = dirname(this.#file);
    if (entries.size === 0) {
      await rm(this.#file, { force: true });
    } else {
      makeFolder(folder);
      await writeDurably(this.#temporary, sealEntries(entries, this.#key));
      this.#barriers.reached('journal_temp_written');
      await rename(this.#temporary, this.#file);
      this.#barriers.reached('journal_renamed');
    }
    await syncFolder(folder);
    this.#entries = entries;
  }
}

function sealEntries(entries: Entries, key: Secret): string {
  const sealed = [...entries].map(([item, value]) => [item, seal(item, value, key)] as const);
  return JSON.stringify({ version: fileVersion, entries: Object.fromEntries(sealed) });
}

function openEntries(text: string, key: Secret): Entries | undefined {
  try {
    const { entries } = fileSchema.parse(JSON.parse(text));
    return new Map(Object.entries(entries).map(([item, sealed]) => [item, unseal(item, sealed, key)]));
  } catch {
    return undefined;
  }
}

function seal(item: string, entry: Entry, key: Secret): SealedEntry {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.reveal(), 'base64'), nonce).setAAD(boundTo(item));
  const text = entry === removal ? '' : entry.reveal();
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const encode = (bytes: Buffer): string => bytes.toString('base64');
  return { nonce: encode(nonce), data: encode(data), tag: encode(cipher.getAuthTag()) };
}

function unseal(item: string, sealed: SealedEntry, key: Secret): Entry {
  const options = { authTagLength: 16 };
  const decipher = createDecipheriv('aes-256-gcm', decode(key.reveal()), decode(sealed.nonce), options)
    .setAAD(boundTo(item))
    .setAuthTag(decode(sealed.tag));
  const text = Buffer.concat([decipher.update(decode(sealed.data)), decipher.final()]).toString('utf8');
  return text === '' ? removal : new Secret(text);
}

/** The last character has bits that mean nothing: changed ones are damage like any other. */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new RangeError('base64 in another form than ours');
  return bytes;
}

/** An entry moved to another item, or to another version of the file, does not open. */
function boundTo(item: string): Buffer {
  return Buffer.from(`${item}\n${fileVersion}`);
}
