import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Target } from '../../../build/packaging/identity.ts';
import { moduleClosure } from '../../../build/packaging/module-closure.ts';

const target: Target = { platform: 'linux', arch: 'x64' };

describe('the packages a program needs', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'keytray-modules-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const install = (place: string, dependencies: readonly string[] = []): void => {
    const folder = path.join(root, place);
    mkdirSync(folder, { recursive: true });
    const versions = Object.fromEntries(dependencies.map((name) => [name, '1']));
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ dependencies: versions }));
  };
  const places = (...names: string[]) => moduleClosure(root, names, target).map((found) => found.path);

  it('finds them as Node does, nearest first, each once, circles included', () => {
    install('node_modules/a', ['b', 'c']);
    install('node_modules/a/node_modules/b');
    install('node_modules/b');
    install('node_modules/c', ['b', 'a']);
    install('node_modules/unrelated');
    expect(places('a')).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/c',
      'node_modules/b',
    ]);
  });

  it('refuses to leave one out', () => {
    install('node_modules/a', ['gone']);
    expect(() => places('a')).toThrow('gone is not installed, and the package needs it');
  });
});
