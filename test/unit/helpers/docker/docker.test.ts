import { describe, expect, it } from 'vitest';
import { dockerHelper } from '../../../../core/helpers/docker/docker.ts';
import { listServers, parseServer, usernameFor } from '../../../../core/helpers/docker/docker-server.ts';
import { helpers } from '../../../../core/helpers/registry.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const account = fakeAccount('gitlab@work', ['registry.example', '127.0.0.1:5000'], { title: 'GitLab', token: 'tok-1' });
const hub = fakeAccount('hub', ['docker.io'], { username: 'ada', token: 'tok-hub' });
const notFound = { status: 1, stdout: 'credentials not found in native keychain\n', stderr: [] };

const get = (server: string, accounts = [account, hub]) =>
  callHelper(dockerHelper, 'get', server, new FakeHelperBroker(accounts));

describe('get', () => {
  it('answers as docker reads it', async () => {
    expect(await get('registry.example')).toEqual({
      status: 0,
      stdout: '{"ServerURL":"registry.example","Username":"oauth2","Secret":"tok-1"}\n',
      stderr: [],
    });
  });

  it.each(['registry.example\n', 'registry.example:443', 'https://registry.example', 'https://registry.example/v2/'])(
    'takes %j for the same registry',
    async (server) => {
      expect(JSON.parse((await get(server)).stdout)).toMatchObject({ Secret: 'tok-1' });
    },
  );

  it.each(['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io'])(
    'knows Docker Hub as %j',
    async (server) => {
      for (const hosts of [['docker.io'], ['index.docker.io'], ['index.docker.io/v1'], ['registry-1.docker.io']]) {
        const { stdout } = await get(server, [account, { ...hub, hosts }]);
        expect(JSON.parse(stdout)).toEqual({ ServerURL: server, Username: 'ada', Secret: 'tok-hub' });
      }
    },
  );

  it.each([
    'other.example',
    'registry.example:5000',
    '127.0.0.1',
    '127.0.0.1:5001',
    'registry.example.evil.example',
    'evil.example/registry.example',
    'registry.example@evil.example',
    'https://registry.example@evil.example/',
    'registry.example\nevil.example',
    'registry.example ',
    'unused',
    'x'.repeat(5000),
  ])('%j is not ours, in the very words docker looks for', async (server) => {
    expect(await get(server)).toEqual(notFound);
  });

  it('an empty server is docker’s own error', async () => {
    expect(await get('')).toEqual({ status: 1, stdout: 'no credentials server URL\n', stderr: [] });
  });

  it.each([
    ['login_required', 'keytray: sign in to GitLab: keytray login gitlab@work'],
    ['temporarily_unavailable', 'keytray: GitLab is not reachable now; try again later'],
  ] as const)(
    '%s is said where docker looks and where people do, and lets a build of docker-py go on',
    async (failure, line) => {
      const answer = await get('registry.example', [{ ...account, failure }]);
      expect(answer).toEqual({
        status: 1,
        stdout: `${line} (credentials not found in native keychain)\n`,
        stderr: [line],
      });
      // Go's docker compares the whole text, docker-py looks for the words in it.
      expect(answer.stdout.trim()).not.toBe(notFound.stdout.trim());
      expect(answer.stdout).toContain(notFound.stdout.trim());
    },
  );

  it('plain http is refused, except on loopback', async () => {
    const refused = await get('http://registry.example/', [{ ...account, hosts: ['registry.example'] }]);
    expect(refused).toMatchObject({ status: 1, stderr: [expect.stringContaining('plain http')] });
    expect(JSON.parse((await get('http://127.0.0.1:5000/v2/')).stdout)).toMatchObject({ Secret: 'tok-1' });
  });

  it('two accounts for one registry: nothing released', async () => {
    const broker = new FakeHelperBroker([account, fakeAccount('gitlab@home', ['registry.example/home/*'])]);
    const answer = await callHelper(dockerHelper, 'get', 'registry.example', broker);
    expect(answer).toMatchObject({ status: 1, stderr: [expect.stringContaining('gitlab@work, gitlab@home')] });
    expect(broker.handedOut).toEqual([]);
  });

  it.each([
    { username: '<token>' },
    { username: 'a:b' },
    { username: '' },
    { username: 'a\nb' },
    { token: 'a b' },
    { token: 'a\nb' },
  ])('does not pass on %j', async (odd) => {
    const { status, stdout, stderr } = await get('registry.example', [{ ...account, ...odd }]);
    expect({ status, lines: stderr.length }).toEqual({ status: 1, lines: 1 });
    expect(stdout).not.toContain('Secret');
  });
});

describe('list', () => {
  it('comes from the configuration alone', async () => {
    const broker = new FakeHelperBroker([account, { ...hub, failure: 'login_required' }]);
    const { status, stdout } = await callHelper(dockerHelper, 'list', 'unused', broker);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      'registry.example': 'oauth2',
      '127.0.0.1:5000': 'oauth2',
      'https://index.docker.io/v1/': 'ada',
    });
    expect(broker.requests).toEqual([]);
  });

  it('names no registry that two accounts would answer for, and none that is no host', () => {
    const served = [account, fakeAccount('b', ['registry.example', 'https://odd', 'b.example/team/*'])];
    expect(listServers(served)).toEqual({ '127.0.0.1:5000': 'oauth2', 'b.example': 'oauth2' });
  });
});

describe('other operations', () => {
  it.each(['store', 'erase'])('%s is read and forgotten', async (operation) => {
    const broker = new FakeHelperBroker([account]);
    const stdin = '{"ServerURL":"registry.example","Username":"oauth2","Secret":"tok-1"}\n';
    expect(await callHelper(dockerHelper, operation, stdin, broker)).toEqual({ status: 0, stdout: '', stderr: [] });
    expect(broker.rejected).toEqual([]);
  });

  it('version is free text, and reads nothing', async () => {
    const answer = await callHelper(dockerHelper, 'version', neverClosed(), new FakeHelperBroker([]));
    expect(answer).toEqual({ status: 0, stdout: 'docker-credential-keytray\n', stderr: [] });
  });

  it.each(['', 'GET', 'toString'])('%j is an error', async (operation) => {
    const answer = await callHelper(dockerHelper, operation, neverClosed(), new FakeHelperBroker([account]));
    expect(answer).toMatchObject({ status: 1, stderr: [expect.stringContaining('docker asks for get')] });
  });

  it('the registry knows it', () => {
    expect(helpers.get('docker')).toBe(dockerHelper);
  });
});

describe('user names', () => {
  it.each([
    ['gcr.io', 'oauth2', 'oauth2accesstoken'],
    ['eu.gcr.io', 'oauth2', 'oauth2accesstoken'],
    ['europe-docker.pkg.dev', 'oauth2', 'oauth2accesstoken'],
    ['evilgcr.io', 'oauth2', 'oauth2'],
    ['gcr.io', 'ada', 'ada'],
    ['ghcr.io', 'x-access-token', 'x-access-token'],
  ])('%s with %s: %s', (host, username, expected) => {
    expect(usernameFor(host, username)).toBe(expected);
  });

  it('a path that is not the API’s counts', () => {
    expect(parseServer('https://registry.example/team')).toEqual({
      protocol: 'https',
      host: 'registry.example',
      path: '/team',
    });
  });
});
