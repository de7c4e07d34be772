import { describe, expect, it } from 'vitest';
import { go } from '../../../../core/setup/go/go.ts';
import { wordsOf } from '../../../../core/setup/go/go-env.ts';
import { contextFor, home, planOf } from '../setup-context.ts';

const own = '/opt/keytray/bin/keytray helper go get';
const edit = (text?: string, more = {}) => planOf(go, more, text);
const editOver = (text: string, current: string) => {
  const [file] = go.plan(contextFor()).files;
  return file?.edit(text, current);
};

describe('setup go', () => {
  it.each([
    [undefined, `GOAUTH=${own}; netrc\n`],
    ['GOAUTH=git /srv/a', `GOAUTH=${own}; git /srv/a\n`],
    ['GOAUTH= git /srv/a ;netrc\r\n', `GOAUTH=${own}; git /srv/a ;netrc\r\n`],
    // With an empty value Go asks netrc.
    ['A=b\nGOAUTH=\nC=d\n', `A=b\nGOAUTH=${own}; netrc\nC=d\n`],
    // Of two the last one counts.
    ['GOAUTH=netrc\nGOAUTH=git /srv/a\n', `GOAUTH=netrc\nGOAUTH=${own}; git /srv/a\n`],
    // None of these is read.
    [' GOAUTH=off\n#GOAUTH=off\nGOAUTH =off\n', ` GOAUTH=off\n#GOAUTH=off\nGOAUTH =off\nGOAUTH=${own}; netrc\n`],
  ])('of %j makes %j', (text, after) => {
    expect(edit(text).after?.trimEnd()).toBe(after.trimEnd());
  });

  it.each([
    [`GOAUTH=${own}; netrc\nA=b\n`, '', 'A=b\n'],
    [`GOAUTH=${own}; netrc\nA=b\n`, 'GOAUTH=netrc\n', 'GOAUTH=netrc\nA=b\n'],
    [`GOAUTH=${own}; netrc\nA=b\n`, 'GOAUTH=\n', 'GOAUTH=\nA=b\n'],
    [`GOAUTH=netrc; ${own}; git /srv/a\n`, '', 'GOAUTH=netrc; git /srv/a\n'],
    [`GOAUTH='/opt/a b/keytray' helper go get --account=lab; git /srv/a\n`, '', 'GOAUTH=git /srv/a\n'],
    ['GOAUTH=other\n', '', 'GOAUTH=other\n'],
  ])('of %j takes its own out', (text, before, after) => {
    expect(go.clean(text, { before }, '/f')).toBe(after);
  });

  it('keeps the option a person added, and the place they gave us', () => {
    const moved = `GOAUTH=git /srv/a; ${own} --account=lab; netrc\n`;
    expect(editOver('GOAUTH=git /srv/a; netrc\n', moved)).toBe(moved);
    const alone = `GOAUTH=${own} --account=lab\n`;
    expect(editOver('GOAUTH=netrc\n', alone)).toBe(`GOAUTH=${own} --account=lab; netrc\n`);
  });

  it('leaves alone what Go itself refuses, and a file that is turned off', () => {
    expect(() => edit('GOAUTH=off\n')).toThrow(/says GOAUTH=off; remove that first/);
    expect(() => edit('GOAUTH=netrc;\n')).toThrow(/has an empty command in GOAUTH, which Go refuses/);
    expect(() => edit('', { env: { GOENV: 'off' } })).toThrow(/GOENV=off/);
    expect(() => edit('', { env: { XDG_CONFIG_HOME: 'x' } })).toThrow(/XDG_CONFIG_HOME is not an absolute path/);
  });

  it('knows where the file is', () => {
    expect(edit('').path).toBe(`${home}/.config/go/env`);
    expect(edit('', { env: { XDG_CONFIG_HOME: '/x' } }).path).toBe('/x/go/env');
    expect(edit('', { env: { GOENV: '/g' } }).path).toBe('/g');
    expect(edit('', { env: { GOENV: 'g' } }).path).toBe(`${home}/work/g`);
    const mac = `${home}/Library/Application Support/go/env`;
    expect(edit('', { platform: 'darwin', env: { XDG_CONFIG_HOME: '/x' } }).path).toBe(mac);
  });

  it('names a variable that hides the file, and no empty one', () => {
    expect(edit('', { env: { GOAUTH: 'netrc' } }).warnings).toEqual([expect.stringContaining('hides')]);
    expect(edit('', { env: { GOAUTH: `netrc; ${own}` } }).warnings).toEqual([]);
    expect(edit('', { env: { GOAUTH: '' } }).warnings).toEqual([]);
  });

  it('goes by what the go on PATH tells: what it would do, or that it knows no GOAUTH', () => {
    expect(edit('', { answers: { go: 'git /srv/all\n' } }).after).toBe(`GOAUTH=${own}; git /srv/all\n`);
    const { after, warnings } = edit('', { answers: { go: '\n' } });
    expect(after).toBe(`GOAUTH=${own}; netrc\n`);
    expect(warnings).toEqual(['the go on PATH does not know GOAUTH: only Go 1.24 and later ask Keytray']);
  });

  it('quotes a path as Go reads it, or refuses it', () => {
    expect(edit('', { bin: '/opt/a b' }).after).toContain('GOAUTH="/opt/a b/keytray" helper go get; netrc');
    // Go splits there before it looks at quotes, and would run `b/keytray" …`.
    expect(() => edit('', { bin: '/opt/a;b' })).toThrow('go cannot call /opt/a;b/keytray');
  });

  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    [`'a "b"'c "d e"`, ['a "b"', 'c', 'd e']],
    [`a'b c'`, [`a'b`, `c'`]],
    ['"a', undefined],
  ])('splits %j into words as Go does', (command, words) => {
    expect(wordsOf(command)).toEqual(words);
  });
});
