import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { escapeBeyondAscii } from '../../../build/lean-bundle.ts';

describe('text of a bundle beyond ASCII', () => {
  it.each([
    `'…'`,
    `"Grüße 😀"`,
    '`ß`',
    `/^[а-я]+$/.test('да')`,
    `/^[\\u{1f600}-😅]$/u.test('😂')`,
    `({ größe: 1 }).größe`,
    `/* ein … */ 1`,
  ])('is escaped and means the same: %s', (code) => {
    const escaped = escapeBeyondAscii(code);
    expect(escaped).toMatch(/^[\0-\x7f]*$/);
    expect(escaped).not.toBe(code);
    expect(runInNewContext(escaped)).toEqual(runInNewContext(code));
  });
});
