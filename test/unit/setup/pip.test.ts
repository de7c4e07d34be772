import { describe, expect, it } from 'vitest';
import { pip } from '../../../core/setup/pip.ts';
import { home, planOf, serving } from './setup-context.ts';

const accounts = [serving('lab', { pip: ['p.example'] })];
const own = `${home}/.config/pip/pip.conf`;
const plan = (text?: string, more = {}) => planOf(pip, { accounts, ...more }, text);

describe('setup pip on forms of configparser', () => {
  it.each([
    ['[global]\nkeyring_provider: auto\n', '[global]\nkeyring_provider = subprocess\n'],
    ['[global]\nKeyring-Provider=\n   auto\n', '[global]\nkeyring-provider = subprocess\n'],
    [
      '[global]\n    keyring-provider = auto\n    timeout = 60\n',
      '[global]\n    keyring-provider = subprocess\n    timeout = 60\n',
    ],
    [
      '[global] ; mine\n  timeout = 60\n  [list]\n',
      '[global] ; mine\n  timeout = 60\n  keyring-provider = subprocess\n  [list]\n',
    ],
    [
      '[global]\nfind-links =\n  [global]\n  a\n',
      '[global]\nfind-links =\n  [global]\n  a\nkeyring-provider = subprocess\n',
    ],
  ])('edits %j in place', (text, wanted) => {
    expect(plan(text).after).toBe(wanted);
    expect(plan(pip.clean(wanted, { before: text }, '/f')).after).toBe(wanted);
  });

  it.each(['[install]\nkeyring-provider = disabled\n', '[DEFAULT]\nkeyring_provider = disabled\n[install]\n'])(
    'names what %j says for one command',
    (text) => {
      const line = `${own} has keyring-provider = disabled in [install], which wins over Keytray; remove it there`;
      expect(plan(text).warnings).toContain(line);
    },
  );

  it('writes to the file of two that pip reads last', () => {
    const old = `${home}/.pip/pip.conf`;
    const both = { [old]: '[install]\nkeyring-provider = hunter2\n', [own]: '' };
    const { path, warnings } = plan('', { files: both });
    expect(path).toBe(own);
    expect(warnings).toEqual([`${old} has a keyring-provider in [install], which wins over Keytray; remove it there`]);
  });

  it.each([
    ['/v/pip.conf', { VIRTUAL_ENV: '/v' }, '[global]\nkeyring-provider = import\n', 1],
    ['/etc/pip.conf', {}, '[global]\nkeyring-provider = import\n', 0],
    ['/etc/pip.conf', {}, '[download]\nkeyring-provider = import\n', 1],
  ])('weighs %s as pip does', (file, env, text, count) => {
    const { warnings } = plan('', { files: { [file]: text }, env });
    expect(warnings.filter((warning) => warning.startsWith(`${file} has keyring-provider = import`))).toHaveLength(
      count,
    );
  });

  it('leaves a file alone that pip does not read', () => {
    expect(() => plan('[global]\n[global]\n')).toThrow(
      /pip\.conf:2: a section stands there twice, which pip does not read/,
    );
  });

  it('says which versions of pip ask', () => {
    expect(plan('').lines.join('\n')).toContain('keyring-provider needs pip 23.1 or later');
  });
});
