import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mentionedPaths, missingPaths } from './mentioned-paths.ts';
import { repositoryRoot, sourceFiles } from './source-files.ts';

const topLevel = [
  'core',
  'cli',
  'client',
  'ipc',
  'electron',
  'renderer',
  'test',
  'build',
  'docs',
  'docs/adr',
  'forge.config.ts',
  'package.json',
  'tsconfig.json',
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'LICENSE',
  '.ci/run',
  '.github/workflows/ci.yml',
];

function documents(): readonly string[] {
  const folders = ['docs', 'electron', 'renderer', 'ipc', 'build'];
  const inFolders = folders.flatMap((folder) =>
    readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...inFolders];
}

/** Each says why, and the count shows it: no root, a tool that Debian does not have, a clone without its history. */
const waysNotToRun: readonly string[] = [
  'test/support/needs-root.ts',
  'test/support/needs-program.ts',
  'test/support/needs-history.ts',
];

describe('the repository', () => {
  it.each(topLevel)('has %s', (name) => {
    expect(existsSync(join(repositoryRoot, name))).toBe(true);
  });

  it('pins every package of the lock file to a hash', () => {
    const lock: unknown = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8'));
    const { packages } = lock as { packages: Record<string, { readonly integrity?: string; readonly link?: boolean }> };
    const unverified = Object.entries(packages).filter(
      ([name, { integrity, link }]) => name !== '' && link !== true && !/^sha512-/.test(integrity ?? ''),
    );
    expect(Object.keys(packages).length).toBeGreaterThan(500);
    expect(unverified.map(([name]) => name)).toEqual([]);
  });

  it('skips no test and runs none alone, but for what needs-root.ts, needs-program.ts and needs-history.ts say', () => {
    const offenders = sourceFiles(repositoryRoot)
      .filter((file) => file.startsWith('test/') && !waysNotToRun.includes(file))
      .filter((file) =>
        /\b(?:it|test|describe|context)\.(?:skip|only|todo|skipIf|runIf|fails)\b/.test(
          readFileSync(join(repositoryRoot, file), 'utf8'),
        ),
      );
    expect(offenders).toEqual([]);
  });
});

describe('documents', () => {
  it('name only files that exist', () => {
    const missing = documents().flatMap((document) => {
      const text = readFileSync(join(repositoryRoot, document), 'utf8');
      return missingPaths(mentionedPaths(text), (path) =>
        [path, normalize(join(dirname(document), path))].some((candidate) =>
          existsSync(join(repositoryRoot, candidate)),
        ),
      ).map((path) => `${document}: ${path}`);
    });
    expect(missing).toEqual([]);
  });

  it('are read for links and for paths in code marks', () => {
    const text =
      'See [it](docs/a.md#part), `core/oauth/b.ts`, `build/*.ts`, [out](https://example.com/x.md), `out/bin/keytray`.';
    expect(mentionedPaths(text)).toEqual(['docs/a.md', 'core/oauth/b.ts']);
    expect(missingPaths(['docs/a.md', 'core/oauth/b.ts'], (path) => path === 'docs/a.md')).toEqual(['core/oauth/b.ts']);
  });
});
