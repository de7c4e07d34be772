import { describe, expect, it } from 'vitest';
import { pip } from '../../../../core/setup/pip/pip.ts';
import { home, planOf, serving } from '../setup-context.ts';

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

  it.each([
    ['\ufeff[global]\n', 'pip.conf:1: a byte order mark stands there'],
    ['timeout = 60\n[global]\n', 'pip.conf:1: a value stands before any section'],
    ['[global]\ntimeout\n', 'pip.conf:2: a line has no key with = or :'],
    ['[global]\n= 60\n', 'pip.conf:2: a line has no key with = or :'],
    ['[global]\nTimeout = 60\ntimeout: 90\n', 'pip.conf:3: a key stands there twice'],
    ['[DEFAULT]\nretries = 2\n[install]\n', 'pip.conf has values in [DEFAULT] that [global] would take over'],
    ['[global]\r', 'pip.conf has lines that end with CR alone'],
  ])('refuses %j, as pip would read something else or nothing', (text, said) => {
    expect(() => plan(text)).toThrow(said);
  });

  it.each([
    [
      '[DEFAULT]\nretries = 2\n[DEFAULT]\ntimeout = 60\n[global]\n',
      'timeout = 60\n[global]\nkeyring-provider = subprocess\n',
    ],
    [
      '[DEFAULT]\nkeyring-provider = auto\n[global]\nkeyring_provider = import\n',
      '[global]\nkeyring_provider = subprocess\n',
    ],
    [
      '[DEFAULT]\nkeyring_provider = x\nkeyring-provider = auto\n[global]\nkeyring_provider = import\n',
      '[global]\nkeyring_provider = import\nkeyring-provider = subprocess\n',
    ],
    ['[global]\n__keyring_provider = import\n', '[global]\n__keyring_provider = subprocess\n'],
  ])('writes in %j to what counts for pip', (text, wanted) => {
    expect(plan(text).after).toContain(wanted);
  });

  it('leaves a file alone whose [DEFAULT] says it for every command', () => {
    const text = '[DEFAULT]\nkeyring-provider = subprocess\n[global]\n';
    expect(plan(text).after).toBe(text);
  });

  it('goes by the user’s own file where PIP_CONFIG_FILE names nothing', () => {
    const env = { PIP_CONFIG_FILE: '/none' };
    expect(plan('', { env, files: { [own]: '' } }).path).toBe(own);
    expect(plan('', { env, files: { [own]: '', '/none': '' } }).path).toBe('/none');
  });

  it('says plainly that the pip that is there is too old, and what to do', () => {
    const answers = { pip: 'pip 23.0.1 from /usr/lib/python3/dist-packages/pip (python 3.11)\n' };
    const line = 'pip 23.0.1 has no keyring-provider, pip 23.1 has; run: python3 -m pip install --upgrade pip';
    expect(plan('', { answers }).warnings).toContain(line);
    const newer = { pip: 'pip 23.1 from /opt/py/lib/python3.11/site-packages/pip (python 3.11)\n' };
    const { warnings, lines } = plan('', { answers: newer });
    expect(warnings.join()).not.toContain('pip 23');
    expect(lines.join()).not.toContain('needs pip 23.1');
  });

  it('weighs the file beside the Python of pip', () => {
    const answers = { pip3: 'pip 25.1 from /opt/py/lib/python3.13/site-packages/pip (python 3.13)\n' };
    const files = { '/opt/py/pip.conf': '[global]\nkeyring-provider = import\n' };
    const line = '/opt/py/pip.conf has keyring-provider = import in [global], which wins over Keytray; remove it there';
    expect(plan('', { answers, files }).warnings).toContain(line);
  });

  it('says which versions of pip ask', () => {
    expect(plan('').lines.join('\n')).toContain('keyring-provider needs pip 23.1 or later');
  });
});
