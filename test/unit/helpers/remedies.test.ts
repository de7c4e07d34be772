import { describe, expect, it } from 'vitest';
import { askpassHelper } from '../../../core/helpers/askpass/askpass.ts';
import { bazelHelper } from '../../../core/helpers/bazel/bazel.ts';
import { curlHelper } from '../../../core/helpers/curl/curl.ts';
import { rawHelper } from '../../../core/helpers/generic/generic.ts';
import { gitHelper } from '../../../core/helpers/git/git.ts';
import { googleHelper } from '../../../core/helpers/google/google.ts';
import type { Helper } from '../../../core/helpers/helper.ts';
import { pipHelper } from '../../../core/helpers/pip/pip.ts';
import { unavailableLine } from '../../../core/helpers/unavailable.ts';
import { storeFailure } from '../../../core/stores/store-failure.ts';
import { FakeHelperBroker, fakeAccount } from '../../support/fake-helper-broker.ts';
import { callHelper } from '../../support/helper-call.ts';

const accounts = [fakeAccount('lab', ['x.example']), fakeAccount('lab@two', ['x.example'])];
const call = (helper: Helper, operation: string, stdin: string, argv: readonly string[] = [operation]) =>
  callHelper(helper, operation, stdin, new FakeHelperBroker(accounts), {
    argv,
    parents: ['/usr/bin/git'],
  });
const inUrl = 'write which into the URL: https://lab@x.example/ or https://two@x.example/';

describe('where two accounts list a host, the line says what that tool can do about it', () => {
  it.each([
    ['bazel', bazelHelper, 'get', '{"uri":"https://x.example/"}', ['get'], 'x.example; list it for one of them'],
    ['pip', pipHelper, 'get', '', ['get', 'https://x.example/simple', 'oauth2'], `x.example; ${inUrl}`],
    ['askpass', askpassHelper, 'get', '', ["Password for 'https://x.example': "], `x.example; ${inUrl}`],
    ['curl', curlHelper, 'config', '', ['config', 'https://x.example/'], 'x.example; say which with --account=ID'],
    [
      'git without a path',
      gitHelper,
      'get',
      'protocol=https\nhost=x.example\n\n',
      ['get'],
      `x.example and git did not say which repository it wants; run: keytray setup git, or ${inUrl}`,
    ],
    [
      'git with one',
      gitHelper,
      'get',
      'protocol=https\nhost=x.example\npath=acme/api.git\n\n',
      ['get'],
      `this repository of x.example; ${inUrl}`,
    ],
  ] as const)('%s', async (_name, helper, operation, stdin, argv, line) => {
    const { stdout, stderr } = await call(helper, operation, stdin, argv);
    expect(stderr).toEqual([`keytray: lab, lab@two all answer for ${line}`]);
    expect(stdout).not.toContain('token-of');
  });
});

describe('what a person types by hand', () => {
  it.each(['x.example', 'ftp://x.example/', 'https://u:p@x.example/', 'https://x.example/#a', ''])(
    'curl: %j is no whole address',
    async (url) => {
      const { status, stderr } = await call(curlHelper, 'config', '', ['config', url]);
      expect(stderr).toEqual([
        'keytray: not a whole address; write https://HOST/PATH, without password, fragment, backslash or blank',
      ]);
      expect(status).toBe(2);
    },
  );

  it('google: says who can call it', async () => {
    const { stdout } = await call(googleHelper, 'get', '');
    expect(JSON.parse(stdout)).toMatchObject({ success: false, message: expect.stringContaining('is not set: only') });
  });

  it('an account that is not there is named as everywhere', async () => {
    const { stderr } = await call(rawHelper, 'get', '', ['get', '--account=nobody']);
    expect(stderr).toEqual(['keytray: there is no account named "nobody"; see: keytray accounts list']);
  });
});

describe('what a locked store is called, and how it is opened', () => {
  const account = { id: 'lab', title: 'Lab' };

  it.each([
    [{ kind: 'locked' }, expect.stringMatching(/^keytray: Lab: the keychain is locked; unlock .+ over SSH with /)],
    [
      { kind: 'stuck' },
      'keytray: Lab: the keychain did not answer; answer the prompt of the keychain if one is open, then try again',
    ],
    [{ kind: 'locked', store: 'encrypted-file' }, 'keytray: Lab: the encrypted file is locked: keytray unlock'],
  ] as const)('%j', (trouble, line) => {
    expect(unavailableLine(storeFailure(trouble, 'lab'), account)).toEqual(line);
  });
});
