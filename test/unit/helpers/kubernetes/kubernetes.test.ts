import { describe, expect, it } from 'vitest';
import { createKubernetesHelper } from '../../../../core/helpers/kubernetes/kubernetes.ts';
import { helpers } from '../../../../core/helpers/registry.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const now = 1_700_000_000_000;
const helper = createKubernetesHelper({ now: () => now });
const account = fakeAccount('lab', ['cluster.example:6443', '127.0.0.1:8443'], {
  token: 'tok-access',
  idToken: 'tok-id',
  expiresAt: now + 3_600_900,
});

const info = (server: string | undefined, apiVersion = 'client.authentication.k8s.io/v1') =>
  JSON.stringify({
    kind: 'ExecCredential',
    apiVersion,
    spec: { ...(server === undefined ? {} : { cluster: { server, config: null } }), interactive: false },
  });

const ask = (text: string | undefined, options: readonly string[] = [], accounts = [account]) =>
  callHelper(helper, 'get', neverClosed(), new FakeHelperBroker(accounts), {
    argv: ['get', ...options],
    env: text === undefined ? {} : { KUBERNETES_EXEC_INFO: text },
  });
const cluster = info('https://cluster.example:6443');

describe('get', () => {
  it.each(['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'])(
    'answers %s in the same version, a minute early, in whole seconds',
    async (apiVersion) => {
      const { status, stdout, stderr } = await ask(info('https://cluster.example:6443', apiVersion));
      expect({ status, stderr }).toEqual({ status: 0, stderr: [] });
      expect(JSON.parse(stdout)).toEqual({
        apiVersion,
        kind: 'ExecCredential',
        status: { token: 'tok-access', expirationTimestamp: '2023-11-14T23:12:20Z' },
      });
    },
  );

  it('gives the ID token where the kubeconfig asks for it', async () => {
    const broker = new FakeHelperBroker([account]);
    const details = { argv: ['get', '--id', '--account=lab'], env: { KUBERNETES_EXEC_INFO: cluster } };
    const { stdout } = await callHelper(helper, 'get', '', broker, details);
    expect(JSON.parse(stdout)).toMatchObject({ status: { token: 'tok-id' } });
    expect(broker.requests).toEqual([{ host: 'cluster.example:6443', token: 'id' }]);
  });

  it('leaves the time out where there is none, or where it is past', async () => {
    for (const expiresAt of [undefined, now - 1000]) {
      const { expiresAt: _, ...rest } = account;
      const { stdout } = await ask(cluster, [], [expiresAt === undefined ? rest : { ...rest, expiresAt }]);
      expect(JSON.parse(stdout).status).toEqual({ token: 'tok-access' });
    }
  });

  it('follows the path of a cluster behind a proxy', async () => {
    const proxied = { ...account, hosts: ['rancher.example/k8s/clusters/c-1'] };
    const right = await ask(info('https://rancher.example/k8s/clusters/c-1'), [], [proxied]);
    expect(right.status).toBe(0);
    const wrong = await ask(info('https://rancher.example/k8s/clusters/c-2'), [], [proxied]);
    expect(wrong).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('nothing is released', () => {
  it.each([
    ['another host', 'https://cluster.example.evil.example:6443'],
    ['another port', 'https://cluster.example'],
    ['a user name', 'https://cluster.example:6443@evil.example'],
    ['plain http', 'http://cluster.example:6443'],
    ['another scheme', 'wss://cluster.example:6443'],
    ['no scheme', 'cluster.example:6443'],
    ['no server', ''],
  ])('to %s, even where the account is named', async (_, server) => {
    for (const options of [[], ['--account=lab']]) {
      const broker = new FakeHelperBroker([account]);
      const env = { KUBERNETES_EXEC_INFO: info(server) };
      const answer = await callHelper(helper, 'get', '', broker, { argv: ['get', ...options], env });
      expect(answer).toMatchObject({ status: 1, stdout: '' });
      expect(answer.stderr).toHaveLength(1);
      expect(broker.requests).toEqual([]);
    }
  });

  it.each([
    ['no information', undefined, /not set/],
    [
      'no cluster',
      info(undefined),
      /set provideClusterInfo: true in the kubeconfig, or update the client where it is set/,
    ],
    ['no JSON', '{', /no ExecCredential/],
    ['another kind', '{"kind":"Pod"}', /no ExecCredential/],
    ['null', 'null', /no ExecCredential/],
    ['an array', '[]', /no ExecCredential/],
    ['an old version', info('https://cluster.example:6443', 'client.authentication.k8s.io/v1alpha1'), /apiVersion/],
    [
      'a server that is no text',
      '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{"server":["x"]}}}',
      /provideClusterInfo/,
    ],
  ])('on %s', async (_, text, line) => {
    const answer = await ask(text, ['--account=lab']);
    expect(answer).toMatchObject({ status: 1, stdout: '', stderr: [expect.stringMatching(line)] });
  });

  it.each([
    ['an account that does not list the server', ['--account=other'], /other does not list/],
    ['an unknown option', ['--acount=lab'], /not understood/],
    ['another word', ['lab'], /usage/],
  ])('for %s', async (_, options, line) => {
    const answer = await ask(cluster, options, [account, fakeAccount('other', ['elsewhere.example'])]);
    expect(answer).toMatchObject({ status: 1, stdout: '', stderr: [expect.stringMatching(line)] });
  });

  it('where two accounts list the server and none is named', async () => {
    const twin = fakeAccount('twin', account.hosts, { token: 'tok-twin' });
    const unclear = await ask(cluster, [], [account, twin]);
    expect(unclear).toMatchObject({ status: 1, stdout: '', stderr: [expect.stringContaining('--account=ID')] });
    const { stdout } = await ask(cluster, ['--account=twin'], [account, twin]);
    expect(JSON.parse(stdout)).toMatchObject({ status: { token: 'tok-twin' } });
  });

  it('where a sign-in is needed: one line', async () => {
    expect(await ask(cluster, [], [{ ...account, failure: 'login_required' }])).toEqual({
      status: 1,
      stdout: '',
      stderr: ['keytray: sign in to lab: keytray login lab'],
    });
  });

  it('where the token would not fit into a header', async () => {
    expect(await ask(cluster, [], [{ ...account, token: 'a\r\nb' }])).toMatchObject({ status: 1, stdout: '' });
  });
});

it('the registry knows it', () => {
  expect(helpers.get('kubernetes')?.environment).toEqual(['KUBERNETES_EXEC_INFO']);
});
