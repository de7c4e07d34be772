import { describe, expect, it } from 'vitest';
import { aptInstallArguments, decide, type Machine, wantedFor } from '../../../build/system-packages.ts';

function machine(parts: Partial<Machine> & { readonly missing?: readonly string[] }): Machine {
  const { missing = [], ...rest } = parts;
  return { root: true, aptGet: true, display: false, has: (part) => !missing.includes(part.name), ...rest };
}

describe('system packages', () => {
  it('asks for nothing where all is there', () => {
    expect(decide('test', machine({}))).toEqual({ kind: 'ready' });
  });

  it('installs what is missing as root', () => {
    expect(decide('test', machine({ missing: ['chromium', 'dbus'] }))).toEqual({
      kind: 'install',
      required: ['chromium', 'dbus'],
      optional: [],
    });
  });

  it('prints the exact line and stops where it may not install', () => {
    expect(decide('test', machine({ root: false, missing: ['git', 'gnome-keyring'] }))).toEqual({
      kind: 'tell',
      line: 'missing: git gnome-keyring\nsudo apt-get install --no-install-recommends git gnome-keyring',
      stop: true,
    });
  });

  it('names the packages where there is no apt-get', () => {
    expect(decide('bench', machine({ aptGet: false, missing: ['gcc'] }))).toEqual({
      kind: 'tell',
      line: 'missing (names of the Debian packages): gcc',
      stop: true,
    });
  });

  it('lets the demo go on without Chromium, never without git', () => {
    expect(decide('demo', machine({ root: false, missing: ['chromium'] }))).toMatchObject({
      kind: 'tell',
      stop: false,
    });
    expect(decide('demo', machine({ root: false, missing: ['git'] }))).toMatchObject({ kind: 'tell', stop: true });
    expect(decide('demo', machine({ missing: ['chromium'] }))).toEqual({
      kind: 'install',
      required: [],
      optional: ['chromium'],
    });
  });

  it('wants no Chromium for a demo on a display of its own', () => {
    expect(wantedFor('demo', { display: true }).optional).toEqual([]);
  });

  it('benches with everything the tests need and the peers', () => {
    const names = wantedFor('bench', { display: false }).required.map((part) => part.name);
    expect(names).toEqual(
      expect.arrayContaining(wantedFor('test', { display: false }).required.map((part) => part.name)),
    );
    expect(names).toEqual(expect.arrayContaining(['oidc-agent-cli', 'git-credential-oauth', 'gcc', 'libc6-dev']));
  });

  it('never asks a question and brings no recommended packages', () => {
    expect(aptInstallArguments(['git'])).toEqual(expect.arrayContaining(['--yes', '--no-install-recommends', 'git']));
  });
});
