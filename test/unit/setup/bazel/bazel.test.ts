import { describe, expect, it } from 'vitest';
import { bazel } from '../../../../core/setup/bazel/bazel.ts';
import { bazelLines } from '../../../../core/setup/bazel/bazelrc-text.ts';
import { contextFor, home, planOf, serving } from '../setup-context.ts';

describe('setup bazel', () => {
  it('has no ports, names every host once, and none without a dot', () => {
    const accounts = [serving('lab', { bazel: ['c.example:443', 'c.example:8443', 'localhost:1', '127.0.0.1:1'] })];
    const { after, warnings } = planOf(bazel, { accounts, bin: '/opt/a b' }, '');
    expect(after).toBe(
      'common "--credential_helper=c.example=/opt/a b/bazel-credential-keytray"\ncommon "--credential_helper=127.0.0.1=/opt/a b/bazel-credential-keytray"\n',
    );
    expect(warnings).toEqual([expect.stringMatching(/nothing was written for localhost/)]);
    expect(bazel.clean(`${after}build -k\n`, undefined, '/f')).toBe('build -k\n');
  });

  it('names another helper for the same host', () => {
    const text = 'build --credential_helper=c.example=/usr/bin/other\ncommon --credential_helper=d.example=/x\n';
    const { warnings } = planOf(bazel, { accounts: [serving('lab', { bazel: ['c.example'] })] }, text);
    expect(warnings).toEqual([
      `${home}/.bazelrc names another helper for c.example for build, which Bazel asks before one for every command; remove it`,
    ]);
  });

  const accounts = [serving('lab', { bazel: ['c.example'] })];
  const ours = 'common --credential_helper=c.example=/opt/keytray/bin/bazel-credential-keytray';
  const plan = (text: string, more = {}) => planOf(bazel, { accounts, ...more }, text);

  it.each([
    ['build -k \\\n', `build -k \\\n\n${ours}\n`],
    ['build -k \\', `build -k \\\n\n${ours}\n`],
    ['# note \\\r\n', `# note \\\r\n\r\n${ours}\r\n`],
    ['build -k', `build -k\n${ours}\n`],
  ])('does not go on with the last line of %j', (text, after) => {
    expect(plan(text).after).toBe(after);
    expect(bazelLines(after).map(({ words }) => words)).toContainEqual(ours.split(' '));
  });

  it.each([
    [`a "b c"'d' e\\ f`, ['a', 'b cd', 'e f']],
    [`a 'b\\'c' d#e f`, ['a', "b'c", 'd']],
    ['a "b # c" \\# d', ['a', 'b # c', '#', 'd']],
    ['a \\\n  b "c', ['a', 'b', 'c']],
    ['# a \\\nb', []],
    ['a "" b\\', ['a', 'b']],
  ])('reads %j as Bazel does', (text, words) => {
    expect(bazelLines(text).map((line) => line.words)).toEqual([words]);
  });

  it('is content with its line as a person changed it, and takes out its own words alone', () => {
    const [file] = bazel.plan(contextFor({ accounts })).files;
    const moved = `${ours.replace('common', 'build')} --curses=no\nbuild -k\n`;
    expect(file?.edit('build -k\n', moved)).toBe(moved);
    expect(bazel.clean(moved, { before: 'build -k\n' }, '/f')).toBe('build --curses=no\nbuild -k\n');
    const stale = `${ours.replace('c.example', 'gone.example')}\n`;
    expect(file?.edit('', stale)).toBe(`${ours}\n`);
  });

  it('names another helper in the files that Bazel reads besides', () => {
    const files = {
      '/etc/bazel.bazelrc': 'common --credential_helper c.example=/x\n',
      [`${home}/work/.bazelrc`]: 'import %workspace%/deep\n',
      [`${home}/work/deep`]: `fetch '--credential_helper=c.example=/x'\nimport ${home}/work/.bazelrc\n`,
    };
    expect(plan('', { files }).warnings).toEqual([
      `${home}/work/deep names another helper for c.example for fetch, which Bazel asks before one for every command; remove it`,
      '/etc/bazel.bazelrc names another helper for c.example: it is not asked any more',
    ]);
  });
});
