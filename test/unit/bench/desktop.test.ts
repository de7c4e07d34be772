import { describe, expect, it } from 'vitest';
import { findParts, type Part, parts } from '../../bench/desktop/parts.ts';
import { figureTable, sizeTable, sizeText } from '../../bench/desktop/report.ts';
import { sampleState } from '../../bench/desktop/sample-state.ts';
import { sampleAccounts } from '../../support/renderer/sample.ts';

describe('sizes', () => {
  it.each([
    [951, '0.951 kB'],
    [28_636, '28.6 kB'],
    [752_392, '752 kB'],
    [999_999, '1000 kB'],
    [1_000_000, '1 MB'],
    [2_207_470, '2.21 MB'],
    [123_456_789, '123 MB'],
  ])('%i bytes are %s', (bytes, expected) => {
    expect(sizeText(bytes)).toBe(expected);
  });

  it('stand in a table, without gzip for what is compressed', () => {
    const table = sizeTable([
      { what: 'main process', raw: 2_207_470, gzip: 412_000 },
      { what: 'deb', raw: 98_765_432, gzip: undefined },
    ]);
    expect(table.split('\n')).toEqual([
      'size              raw    gzip',
      '────────────  ───────  ──────',
      'main process  2.21 MB  412 kB',
      'deb           98.8 MB',
    ]);
  });
});

describe('figures', () => {
  it('stand in one line with what they are seen beside', () => {
    const table = figureTable([
      { what: 'start', unit: 'ms', value: 312.4, beside: { name: 'our agent', value: 156.2 } },
      { what: 'rows mounted', unit: '', value: 18, beside: { name: '10 accounts', value: 10 } },
      { what: 'heap', unit: 'MB', value: 7.456 },
    ]);
    expect(table.split('\n')).toEqual([
      'desktop app    figure  beside               ratio',
      '────────────  ───────  ───────────  ──────  ─────',
      'start          312 ms  our agent    156 ms    2 ×',
      'rows mounted       18  10 accounts      10  1.8 ×',
      'heap          7.46 MB',
    ]);
  });
});

describe('the parts of a build', () => {
  const part = (part: Partial<Part>): Part => ({ what: 'a', folder: 'out', files: /^a\.js$/, ...part });
  const folders: Readonly<Record<string, readonly string[]>> = {
    'out/app': ['main.js', 'main.js.map', 'main-dist-hepufAAH.js', 'main-dist-hepufAAH.js.map', 'preload.cjs', 'icons'],
    'out/app/renderer/assets': ['index-D8Jl7zeH.js', 'index-wR-NkjJD.css'],
    'out/lib': [
      'agent.js',
      'agent-build-Bb8zNQim.js',
      'cli.js',
      'cli-program-x_9.js',
      'client.js',
      'keychain-child.js',
    ],
    'out/bin': ['keytray', 'git-credential-keytray'],
  };
  const namesIn = (folder: string): readonly string[] => folders[folder] ?? [];

  it('have their chunks, not their source maps, and no file is in two', () => {
    const { found, missing, notMade } = findParts(parts, namesIn);
    expect(Object.fromEntries(found.map(({ part: { what }, names }) => [what, names]))).toEqual({
      'main process': ['main.js', 'main-dist-hepufAAH.js'],
      'preload script': ['preload.cjs'],
      'pages, JavaScript': ['index-D8Jl7zeH.js'],
      'pages, CSS': ['index-wR-NkjJD.css'],
      'command line': ['cli.js', 'cli-program-x_9.js'],
      agent: ['agent.js', 'agent-build-Bb8zNQim.js'],
      'keychain child': ['keychain-child.js'],
      'client, native': ['keytray'],
      'client, Node twin': ['client.js'],
    });
    expect(missing).toEqual([]);
    expect(notMade).toEqual(['deb']);
  });

  it('are missing where they must be there, and named where they need not', () => {
    const wanted = [part({}), part({ what: 'b', files: /^b\.js$/ }), part({ what: 'deb', optional: true })];
    const none = findParts(wanted, () => ['b.js']);
    expect(none.found.map(({ part: { what } }) => what)).toEqual(['b']);
    expect(none).toMatchObject({ missing: ['a: not in out'], notMade: ['deb'] });
  });
});

describe('the sample of many accounts', () => {
  it('has as many as asked for, each with an id of its own, and tokens that are valid now', () => {
    const now = Date.parse('2026-11-23T12:00:00Z');
    const { accounts } = sampleState(500, now);
    expect(new Set(accounts.map(({ account }) => account)).size).toBe(500);
    const states = (views: readonly { readonly state: string }[]) => new Set(views.map(({ state }) => state));
    expect(states(accounts)).toEqual(states(sampleAccounts));
    const expiries = accounts.flatMap(({ expires_at }) => (expires_at === undefined ? [] : [Date.parse(expires_at)]));
    expect(Math.min(...expiries)).toBeGreaterThan(now);
  });
});
