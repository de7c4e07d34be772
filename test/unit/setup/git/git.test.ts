import { describe, expect, it } from 'vitest';
import { parseEntries } from '../../../../core/setup/git/git-entries.ts';
import { foreignHeaders, foreignHelpers } from '../../../../core/setup/git/git-foreign.ts';
import type { GitHost } from '../../../../core/setup/git/git-host.ts';
import { withoutOwnLines } from '../../../../core/setup/git/git-own-lines.ts';
import { helperWord, planGitSetup } from '../../../../core/setup/git/git-plan.ts';

const helper = '/opt/keytray/git-credential-keytray';
const host = (name: string, more: Partial<GitHost> = {}): GitHost => ({
  host: name,
  loopback: false,
  ambiguous: false,
  ...more,
});
const plan = (hosts: readonly GitHost[], present: Readonly<Record<string, readonly string[]>> = {}) =>
  planGitSetup({ hosts, helper, present: (key) => present[key] ?? [] });

describe('planGitSetup', () => {
  it('resets other helpers first', () => {
    expect(plan([host('gitlab.com')])).toEqual([
      { key: 'credential.https://gitlab.com.helper', value: '' },
      { key: 'credential.https://gitlab.com.helper', value: helper },
    ]);
  });

  it('asks for the path where several accounts share a host, unless it is asked for already', () => {
    const key = 'credential.https://gitlab.com.useHttpPath';
    const shared = [host('gitlab.com', { ambiguous: true })];
    expect(plan(shared)).toContainEqual({ key, value: 'true' });
    expect(plan(shared, { [key]: ['false'] })).toContainEqual({ key, value: 'true' });
    expect(plan(shared, { [key]: ['true'] })).not.toContainEqual({ key, value: 'true' });
  });

  it('writes a section without the port as well, without a reset, for a name and not for an address', () => {
    const other = 'credential.https://a.example.helper';
    const changes = plan([host('a.example:8443'), host('a.example:9443'), host('[::1]:8080'), host('127.0.0.1:8080')]);
    expect(changes.filter(({ key }) => key === other)).toEqual([{ key: other, value: helper }]);
    expect(changes.filter(({ key }) => !/:\d+\.helper$/.test(key))).toHaveLength(1);
    expect(plan([host('a.example:8443'), host('a.example')]).filter(({ key }) => key === other)).toHaveLength(2);
  });

  it('writes http for loopback hosts only', () => {
    const keys = plan([host('a.example'), host('[::1]:8080', { loopback: true })]).map((change) => change.key);
    expect(new Set(keys)).toEqual(
      new Set([
        'credential.https://a.example.helper',
        'credential.https://[::1]:8080.helper',
        'credential.http://[::1]:8080.helper',
      ]),
    );
  });

  it.each(['a b', 'a/b', 'a"b', 'a\nb', '*', '', 'a:b', 'https://a'])('refuses the host %j', (name) => {
    expect(() => plan([host(name)])).toThrow(/not a host/);
  });
});

describe('helperWord', () => {
  it.each([
    ['/opt/keytray/bin/git-credential-keytray', '/opt/keytray/bin/git-credential-keytray'],
    ['/a b/c\'d/$e`f"g;h&i|j(k)*?#~!\\', '/a\\ b/c\\\'d/\\$e\\`f\\"g\\;h\\&i\\|j\\(k\\)\\*\\?\\#\\~\\!\\\\'],
    ['/büro/x', '/büro/x'],
  ])('%s', (path, word) => {
    expect(helperWord(path)).toBe(word);
  });

  it.each(['relative', '/a\nb', '/a\0b'])('refuses %j', (path) => {
    expect(() => helperWord(path)).toThrow(/absolute path/);
  });
});

describe('withoutOwnLines', () => {
  const own = '\thelper = \n\thelper = /x/git-credential-keytray\n';
  it.each([
    ['', ''],
    ['[user]\n\tname = a', '[user]\n\tname = a'],
    [`[credential "https://a"]\n${own}`, ''],
    [
      `[user]\r\n\tname = a\r\n[credential "https://a"]\n${own}\tuseHttpPath = true\n[x]\ny = z`,
      '[user]\r\n\tname = a\r\n[x]\ny = z',
    ],
    [
      `[credential "https://a"]\n\thelper = \n\thelper = !gh\n${own}# note\n[x]\n`,
      '[credential "https://a"]\n\thelper = \n\thelper = !gh\n# note\n[x]\n',
    ],
    ['[credential "https://a"]\n\thelper = "/x\\\\ y/git-credential-keytray"\n', ''],
    [
      '[credential "https://a"]\n\thelper = /x/git-credential-keytray-other\n',
      '[credential "https://a"]\n\thelper = /x/git-credential-keytray-other\n',
    ],
    ['[credential "https://a"]\n\tuseHttpPath = true\n', '[credential "https://a"]\n\tuseHttpPath = true\n'],
    ['[credential "https://a"]\n[x]\n', '[credential "https://a"]\n[x]\n'],
  ])('%j becomes %j', (before, after) => {
    expect(withoutOwnLines(before)).toBe(after);
  });
});

describe('foreignHelpers', () => {
  const entries = (...list: readonly (readonly [string, string])[]) =>
    list.map(([key, value]) => ({ scope: 'global', origin: '/home/ada/.gitconfig', key, value }));
  const ours = ['credential.https://a.example.helper', helper] as const;
  const reset = ['credential.https://a.example.helper', ''] as const;

  it('names those in front of us and those behind', () => {
    const found = foreignHelpers(
      entries(['credential.helper', 'store'], reset, ours, ['credential.helper', 'cache']),
      [host('a.example')],
      helper,
    );
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/^credential\.helper = store \(\/home\/ada\/\.gitconfig\) is not called for a\.example/);
    expect(found[1]).toMatch(/^credential\.helper = cache .* is called after Keytray for a\.example/);
  });

  it.each([
    ['credential.https://a.example.helper', true],
    ['credential.a.example.helper', true],
    ['credential.https://*.example.helper', true],
    ['credential.https://ada@a.example/team.helper', true],
    ['credential.https://b.example.helper', false],
    ['credential.https://a.example.org.helper', false],
  ])('%s concerns a.example: %s', (key, concerns) => {
    expect(foreignHelpers(entries([key, 'store'], reset, ours), [host('a.example')], helper)).toHaveLength(
      concerns ? 1 : 0,
    );
  });

  it('shows no more than the first word of a snippet', () => {
    const snippet = ['credential.helper', '!f() { echo password=hunter2; }; f'] as const;
    const found = foreignHelpers(entries(snippet, reset, ours), [host('a.example')], helper);
    expect(found.join()).toContain('!f()');
    expect(found.join()).not.toContain('hunter2');
  });

  it('names a header that keeps git from asking, without its value', () => {
    const header = ['http.https://a.example/.extraheader', 'Authorization: Bearer hunter2'] as const;
    const found = foreignHeaders(entries(header, reset, ours), [host('a.example'), host('b.example')]);
    expect(found).toHaveLength(1);
    expect(found.join()).toMatch(/sends its own Authorization to a\.example/);
    expect(found.join()).not.toContain('hunter2');
  });
});

describe('parseEntries', () => {
  it('reads values with newlines, empty values and keys without any', () => {
    const output = 'system\0file:/etc/gitconfig\0a.b\nx\ny\0global\0file:/h\0c.d\n\0global\0file:/h\0e.f\0';
    expect(parseEntries(output)).toEqual([
      { scope: 'system', origin: '/etc/gitconfig', key: 'a.b', value: 'x\ny' },
      { scope: 'global', origin: '/h', key: 'c.d', value: '' },
      { scope: 'global', origin: '/h', key: 'e.f', value: 'true' },
    ]);
  });
});
