import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokenLinks, promisesIn, titlesIn } from './promises.ts';
import { repositoryRoot } from './source-files.ts';

const text = readFileSync(join(repositoryRoot, 'docs/threat-model.md'), 'utf8');
const read = (file: string): string | undefined =>
  existsSync(join(repositoryRoot, file)) ? readFileSync(join(repositoryRoot, file), 'utf8') : undefined;

describe('the threat model', () => {
  const promises = promisesIn(text);

  it('links every promise to tests that exist', () => {
    expect(brokenLinks(promises, read)).toEqual([]);
  });

  it('was read whole', () => {
    const rows = text.split('\n').filter((line) => /^\| .*`test\/.*\|$/.test(line));
    expect(promises).toHaveLength(rows.length);
    expect(promises.length).toBeGreaterThan(35);
    const links = promises.flatMap(({ shownBy }) => shownBy);
    // Every path of these rows belongs to at least one title.
    const paths = new Set(rows.flatMap((row) => [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path)));
    expect(new Set(links.map(({ file }) => file))).toEqual(paths);
  });
});

describe('a planted promise', () => {
  const planted = (cell: string) =>
    brokenLinks(
      promisesIn(`## What is promised\n\n| promise | shown by |\n| --- | --- |\n| It holds. | ${cell} |\n\n## Else\n`),
      read,
    );
  const file = 'test/unit/secret.test.ts';

  it('is sound where file and test are there', () => {
    expect(planted(`\`${file}\`: "is compared by value", "does not show when …"`)).toEqual([]);
  });

  it.each([
    ['without a test', '', 'no test: It holds.'],
    ['with a file and no test', `\`${file}\``, `no test named: ${file}`],
    [
      'with a file that is not there',
      '`test/unit/gone.test.ts`: "is compared by value"',
      'no such file: test/unit/gone.test.ts',
    ],
    [
      'with a file that holds no tests of ours',
      '`core/secret.ts`: "is compared by value"',
      'no such file: core/secret.ts',
    ],
    [
      'with a test that is not there',
      `\`${file}\`: "is compared by weight"`,
      `no such test: ${file}: is compared by weight`,
    ],
    ['with half a title', `\`${file}\`: "is compared"`, `no such test: ${file}: is compared`],
    ['with words of the file that are no title', `\`${file}\`: "vitest"`, `no such test: ${file}: vitest`],
  ])('is found %s', (_, cell, problem) => {
    expect(planted(cell)).toContain(problem);
  });
});

describe('titles of tests', () => {
  it('are read as they are written, placeholders apart', () => {
    const source = [
      `it('one', () => {});`,
      `it.each([1, 2])('two %i and %s', (n) => {});`,
      `  it.each([\n    ['a'],\n  ])(\n    'three $name',\n    () => {},\n  );`,
      `it.each(Object.keys(table))('four', () => {});`,
      `it.each<[string, () => void]>([['a', () => undefined]])('five %j', () => {});`,
      `it(\`six \${count} times\`, () => {});`,
      `needsRoot('seven is the kernel\\'s', async () => {});`,
      `expect('eight').toBe('eight');`,
      `const it2 = 'nine';`,
    ].join('\n');
    expect([...titlesIn(source)]).toEqual([
      'one',
      'two … and …',
      'three …',
      'four',
      'five …',
      'six … times',
      "seven is the kernel's",
    ]);
  });
});
