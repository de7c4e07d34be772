import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository } from '../../support/keytray.ts';

const programsIn = (folder: string): string[] =>
  readdirSync(path.join(repository, folder))
    .filter((name) => name.endsWith('.js'))
    .map((name) => path.join(folder, name));

describe('the text of our programs', () => {
  it.each([...programsIn('out/lib'), ...programsIn('out/app')])('%s takes one byte per character', (file) => {
    const text = readFileSync(path.join(repository, file), 'utf8');
    expect(text).not.toBe('');
    expect([...text.matchAll(/.{0,40}[^\0-\x7f]/g)].map(([place]) => place)).toEqual([]);
  });

  it.each(['out/lib/agent.js', 'out/app/main.js'])("%s has zod's messages in English only", (file) => {
    const sources = readFileSync(path.join(repository, `${file}.map`), 'utf8');
    expect(new Set(sources.match(/zod\/v4\/locales\/(?!index)\w+\.js/g))).toEqual(new Set(['zod/v4/locales/en.js']));
  });
});
