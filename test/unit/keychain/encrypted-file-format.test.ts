import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { keysFrom } from '../../../core/stores/encrypted-file/passphrase-keys.ts';
import {
  defaultCost,
  fits,
  newHeader,
  parseSealed,
  seal,
  unseal,
} from '../../../core/stores/encrypted-file/sealed-format.ts';
import { parseItems, serializeItems } from '../../../core/stores/encrypted-file/sealed-items.ts';

const cost = { log2N: 10, r: 8, p: 1 };
const header = newHeader(cost);
const keys = await keysFrom(new Secret('correct horse'), header);
const sealed = seal('{"hello":"world"}', header, keys);

const withDigest = (bytes: Buffer): Buffer => {
  const body = bytes.subarray(0, bytes.length - 32);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
};

function contentOf(bytes: Buffer) {
  const parsed = parseSealed(bytes);
  if (parsed.kind !== 'whole') throw new Error(parsed.detail);
  return parsed.content;
}

describe('the sealed file', () => {
  it('opens with the keys of its passphrase', () => {
    const content = contentOf(sealed);
    expect(content.header.cost).toEqual(cost);
    expect(fits(content, keys)).toBe(true);
    expect(unseal(content, keys)).toBe('{"hello":"world"}');
  });

  it('shows nothing of what is in it, and never the same bytes twice', () => {
    expect(sealed.includes('hello')).toBe(false);
    expect(seal('{"hello":"world"}', header, keys).equals(sealed)).toBe(false);
  });

  it('tells a wrong passphrase from damage', async () => {
    const others = await keysFrom(new Secret('correct house'), header);
    expect(fits(contentOf(sealed), others)).toBe(false);
    expect(unseal(contentOf(sealed), others)).toBeUndefined();
  });

  it('notices every change of a byte and every cut', () => {
    for (let at = 0; at < sealed.length; at += 1) {
      const flipped = Buffer.from(sealed);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      expect(parseSealed(flipped).kind).toBe('damaged');
      expect(parseSealed(sealed.subarray(0, at)).kind).toBe('damaged');
    }
    expect(parseSealed(Buffer.concat([sealed, Buffer.from([0])])).kind).toBe('damaged');
  });

  it('does not give out what somebody changed and gave a new checksum', () => {
    // From the salt on: before it stand the parameters, which have limits of their own.
    for (let at = 12; at < sealed.length - 32; at += 1) {
      const forged = Buffer.from(sealed);
      forged[at] = (forged[at] ?? 0) ^ 1;
      const content = contentOf(withDigest(forged));
      expect(fits(content, keys) && unseal(content, keys) !== undefined).toBe(false);
    }
  });

  it.each([
    ['a gigantic N', 9, 63],
    ['no work at all', 9, 0],
    ['a gigantic r', 10, 255],
    ['a gigantic p', 11, 255],
    ['a later version', 8, 2],
  ])('refuses %s before any work is done', (_what, at, value) => {
    const forged = Buffer.from(sealed);
    forged[at] = value;
    expect(parseSealed(withDigest(forged)).kind).toBe('unsupported');
  });

  it('takes what it makes itself', () => {
    const strong = newHeader(defaultCost);
    expect(parseSealed(seal('x', strong, keys)).kind).toBe('whole');
    expect(strong.salt.equals(newHeader(defaultCost).salt)).toBe(false);
  });

  it('holds any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(unseal(contentOf(seal(text, header, keys)), keys)).toBe(text);
      }),
    );
  });
});

describe('keys', () => {
  it('are the same however the system writes an accent', async () => {
    const composed = await keysFrom(new Secret('pass\u00e9 compos\u00e9'), header);
    const decomposed = await keysFrom(new Secret('passe\u0301 compose\u0301'), header);
    expect(composed.encryption.equals(decomposed.encryption)).toBe(true);
    expect(composed.encryption.equals(composed.check)).toBe(false);
  });
});

describe('items', () => {
  it('come back as they were, whatever their names', () => {
    const items = new Map([
      ['lab', new Secret('one')],
      ['__proto__', new Secret('two')],
      ['lab#client-secret', new Secret('thr\u00e9\n"ee')],
    ]);
    const back = parseItems(serializeItems(items));
    expect([...(back ?? [])].map(([name, value]) => [name, value.reveal()])).toEqual(
      [...items].map(([name, value]) => [name, value.reveal()]),
    );
  });

  it.each(['', '{', '[]', '{"items":{}}', '{"items":[["lab",""]]}', '{"items":[["lab"]]}'])('are not %j', (text) => {
    expect(parseItems(text)).toBeUndefined();
  });
});
