import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sanitisers } from './sanitisers.ts';
import { repositoryRoot, sourceFiles } from './source-files.ts';

const one = 'core/untrusted/plain-text.ts';

describe('text from outside', () => {
  it('is cleaned by one sanitiser, so that no surface shows what another hides', () => {
    const files = sourceFiles(repositoryRoot).filter((file) => !/^(?:build|test)\/|^[^/]+$/.test(file));
    expect(files.length).toBeGreaterThan(200);
    const found = files.filter((file) => sanitisers(file, repositoryRoot).length > 0);
    expect(found).toEqual([one]);
  });
});

describe('in planted code', () => {
  let root: string;
  const foundIn = (code: string): number => {
    writeFileSync(join(root, 'planted.ts'), code);
    return sanitisers('planted.ts', root).length;
  };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'keytray-sanitisers-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    String.raw`text.replace(/\p{Cc}/u, '');`,
    String.raw`text.replaceAll(/[\x00-\x1f\x7f]/g, ' ');`,
    String.raw`const control = /[\u0000-\u001f]/g;`,
    String.raw`text.replace(/[^\x20-\x7e]+/g, '');`,
    "text.replace(/[^ -~]/g, '?');",
    String.raw`text.split(/[\u202a-\u202e]/).join('');`,
    String.raw`const bidi = new RegExp('[\\u200e\\u200f]', 'gu');`,
    'const shown = stripVTControlCharacters(text);',
  ])('%s is found', (code) => {
    expect(foundIn(code)).toBe(1);
  });

  it.each([
    String.raw`if (/\p{Cc}/u.test(text)) return undefined;`,
    String.raw`text.replace(/\s+/g, ' ');`,
    String.raw`name.replace(/[^\w.-]/g, '-');`,
    String.raw`// text.replace(/\p{Cc}/u, '')`,
  ])('%s is not found', (code) => {
    expect(foundIn(code)).toBe(0);
  });
});
