import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/**
 * The bytes of `tokens.sealed`, version 1:
 *
 * | bytes | what |
 * |---|---|
 * | 8 | `KTSEALED` |
 * | 1, 1, 1, 1 | version, log2 of scrypt's N, r, p (RFC 7914) |
 * | 32 | salt |
 * | 32 | HMAC-SHA-256 of all before under the check key: whether the passphrase is the right one |
 * | 12 | nonce, new with every write |
 * | n, 16 | AES-256-GCM of the items and its tag; all before but the nonce is authenticated with them |
 * | 32 | SHA-256 of all before: whether the file is whole, without any key |
 */
const magic = Buffer.from('KTSEALED');
const version = 1;
const saltLength = 32;
const headerLength = magic.length + 4 + saltLength;
const checkLength = 32;
const nonceLength = 12;
const tagLength = 16;
const digestLength = 32;
const shortest = headerLength + checkLength + nonceLength + tagLength + digestLength;

/** scrypt's parameters; N is 2 to the power of `log2N`. */
export interface Cost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** 128 MiB and about half a second: what one guess costs. */
export const defaultCost: Cost = { log2N: 17, r: 8, p: 1 };

export interface Header {
  readonly cost: Cost;
  readonly salt: Buffer;
  /** As it stands in the file. */
  readonly bytes: Buffer;
}

/** Both come from the passphrase and the header's salt, and from nothing else. */
export interface SealKeys {
  readonly encryption: KeyObject;
  readonly check: KeyObject;
}

/** A file that is whole, still closed. */
export interface SealedContent {
  readonly header: Header;
  readonly check: Buffer;
  readonly nonce: Buffer;
  readonly data: Buffer;
  readonly tag: Buffer;
}

export type Parsed =
  | { readonly kind: 'whole'; readonly content: SealedContent }
  /** Cut short, changed, or nothing of ours. */
  | { readonly kind: 'damaged'; readonly detail: string }
  /** Whole, and not for this program: a newer version, or a cost no Keytray chooses. */
  | { readonly kind: 'unsupported'; readonly detail: string };

export function newHeader(cost: Cost): Header {
  const salt = randomBytes(saltLength);
  const parameters = Buffer.from([version, cost.log2N, cost.r, cost.p]);
  return { cost, salt, bytes: Buffer.concat([magic, parameters, salt]) };
}

/** What a stranger's file may make us spend: 256 MiB, and four times the usual work. */
function affordable({ log2N, r, p }: Cost): boolean {
  return log2N >= 10 && log2N <= 20 && r >= 1 && r <= 16 && p >= 1 && p <= 4 && 2 ** log2N * r <= 2 ** 21;
}

export function parseSealed(bytes: Buffer): Parsed {
  if (bytes.length < shortest) return { kind: 'damaged', detail: 'it is cut short' };
  if (!bytes.subarray(0, magic.length).equals(magic))
    return { kind: 'damaged', detail: 'it does not begin as it must' };
  const end = bytes.length - digestLength;
  const digest = createHash('sha256').update(bytes.subarray(0, end)).digest();
  if (!digest.equals(bytes.subarray(end))) return { kind: 'damaged', detail: 'its checksum is wrong' };
  const [found = 0, log2N = 0, r = 0, p = 0] = bytes.subarray(magic.length);
  if (found !== version) return { kind: 'unsupported', detail: `it has version ${found}, written by a newer Keytray` };
  const cost = { log2N, r, p };
  if (!affordable(cost)) return { kind: 'unsupported', detail: 'it asks for more work than any Keytray would' };
  const at = { check: headerLength, nonce: headerLength + checkLength, data: headerLength + checkLength + nonceLength };
  return {
    kind: 'whole',
    content: {
      header: {
        cost,
        salt: bytes.subarray(headerLength - saltLength, headerLength),
        bytes: bytes.subarray(0, headerLength),
      },
      check: bytes.subarray(at.check, at.nonce),
      nonce: bytes.subarray(at.nonce, at.data),
      data: bytes.subarray(at.data, end - tagLength),
      tag: bytes.subarray(end - tagLength, end),
    },
  };
}

const checkOf = (header: Header, keys: SealKeys): Buffer =>
  createHmac('sha256', keys.check).update(header.bytes).digest();

/** Whether the keys are those the file was sealed with: the passphrase is right. */
export function fits(content: SealedContent, keys: SealKeys): boolean {
  return timingSafeEqual(content.check, checkOf(content.header, keys));
}

export function seal(text: string, header: Header, keys: SealKeys): Buffer {
  const nonce = randomBytes(nonceLength);
  const prefix = Buffer.concat([header.bytes, checkOf(header, keys)]);
  const cipher = createCipheriv('aes-256-gcm', keys.encryption, nonce).setAAD(prefix);
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const sealed = Buffer.concat([prefix, nonce, data, cipher.getAuthTag()]);
  return Buffer.concat([sealed, createHash('sha256').update(sealed).digest()]);
}

/** The text, or undefined where it was changed by somebody who corrected the checksum. */
export function unseal({ header, check, nonce, data, tag }: SealedContent, keys: SealKeys): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', keys.encryption, nonce, { authTagLength: tagLength })
    .setAAD(Buffer.concat([header.bytes, check]))
    .setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
