import type { Secret } from '../../secret.ts';
import type { StoreTrouble } from '../secret-store.ts';
import { keysFrom } from './passphrase-keys.ts';
import type { FileContent, SealedFile } from './sealed-file.ts';
import { fits, type Header, parseSealed, type SealKeys, unseal } from './sealed-format.ts';
import { type Items, parseItems } from './sealed-items.ts';

export interface Opened {
  readonly kind: 'opened';
  readonly items: Items;
  readonly header: Header;
  readonly keys: SealKeys;
  /** Why the newest file could not be used, so that these are the items of the one before it. */
  readonly damage: string | undefined;
}

export type Opening =
  | Opened
  /** Nothing was ever stored here. */
  | { readonly kind: 'no_file' }
  | { readonly kind: 'wrong_passphrase' }
  | (StoreTrouble & { readonly kind: 'corrupt' | 'denied' });

/** Gives the keys for a header: from a passphrase, or the ones at hand where they are for this header. */
export type KeySource = (header: Header) => Promise<SealKeys | undefined>;

export const fromPassphrase =
  (passphrase: Secret): KeySource =>
  (header) =>
    keysFrom(passphrase, header);

type Attempt = Opening | { readonly kind: 'damaged'; readonly detail: string };

/** Opens the newest file that is whole. A wrong passphrase is told from damage, and never falls back. */
export async function openSealed(file: SealedFile, keySource: KeySource): Promise<Opening> {
  const newest = await attempt(await file.read(), keySource);
  const damage = newest.kind === 'damaged' ? newest.detail : newest.kind === 'no_file' ? 'it is gone' : undefined;
  if (newest.kind !== 'damaged' && newest.kind !== 'no_file') return newest;
  const before = await attempt(await file.readPrevious(), keySource);
  switch (before.kind) {
    case 'opened':
      return { ...before, damage };
    case 'no_file':
      return newest.kind === 'no_file' ? newest : { kind: 'corrupt', detail: `${file.path}: ${newest.detail}` };
    case 'damaged':
      return { kind: 'corrupt', detail: `${file.path}: ${damage}; and of the one before it: ${before.detail}` };
    default:
      return before;
  }
}

async function attempt(found: FileContent, keySource: KeySource): Promise<Attempt> {
  if (found.kind === 'missing') return { kind: 'no_file' };
  if (found.kind === 'refused') return { kind: 'denied', detail: found.detail };
  const parsed = parseSealed(found.bytes);
  if (parsed.kind === 'damaged') return parsed;
  if (parsed.kind === 'unsupported') return { kind: 'denied', detail: parsed.detail };
  const { content } = parsed;
  const keys = await keySource(content.header);
  if (keys === undefined || !fits(content, keys)) return { kind: 'wrong_passphrase' };
  const text = unseal(content, keys);
  const items = text === undefined ? undefined : parseItems(text);
  if (items === undefined) return { kind: 'damaged', detail: 'its content was changed' };
  return { kind: 'opened', items, header: content.header, keys, damage: undefined };
}
