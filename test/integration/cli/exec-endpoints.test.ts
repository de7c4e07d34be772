import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Screen } from '../../../cli/cli.ts';
import { loadConfig, resolveConfigured } from '../../../cli/configuration.ts';
import { openEndpointFor } from '../../../cli/local-endpoints.ts';
import { LocalApiClient } from '../../../core/local-api/client/client.ts';
import type { TokenView } from '../../../core/wire/schemas.ts';
import { row } from '../../rows/row.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { asOtherUser, otherUid, perlConnect } from '../../support/other-user.ts';

const config = `accounts:
  lake:
    service: databricks
    url: https://dbc-1.cloud.databricks.com
    client_id: keytray
    env: { LAKE: access_token }
  athena:
    service: auth0
    issuer: https://tenant.auth0.com/
    client_id: the-client
    audience: crisp-athena-live
  machine:
    service: auth0-m2m
    url: https://tenant.auth0.com
    client_id: the-client
    audience: crisp-athena-live
  lab:
    service: oidc
    issuer: https://login.lab.example
    client_id: keytray
`;

const accounts = ['lake', 'athena', 'machine', 'lab'];

class SilentScreen implements Screen {
  readonly isTerminal = false;
  readonly colour = false;
  readonly columns = 80;
  write(): void {}
}

const inAnHour = (): TokenView => ({
  access_token: 'the-token',
  token_type: 'Bearer',
  expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  account: 'lake',
  scope: 'all-apis',
});

async function setting() {
  const broker = new FakeBroker(accounts.map((id) => accountView(id)));
  for (const id of accounts) broker.tokens.set(id, () => ({ ...inAnHour(), account: id }));
  const socket = await startBrokerSocket(broker);
  const sandbox = await CliSandbox.create({ socketPath: socket.socketPath, config });
  return {
    broker,
    sandbox,
    socketPath: socket.socketPath,
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
    },
  };
}

/** Starts a program that prints its environment and then waits, until it is told to end or has a line to read. */
async function exec(sandbox: CliSandbox, accounts: string) {
  const script =
    'console.log(JSON.stringify(process.env)); setInterval(() => undefined, 1000); ' +
    "process.stdin.once('data', () => process.exit(0))";
  const running = sandbox.start(['exec', accounts, '--', process.execPath, '-e', script], {
    env: { HTTPS_PROXY: 'http://proxy.lab.example' },
  });
  const env = JSON.parse(await running.said('\n')) as Record<string, string>;
  return { running, env };
}

async function ask(
  url: string,
  options: { readonly method?: string; readonly headers: Record<string, string>; readonly body?: string },
) {
  const sent = request(url, { ...options, agent: false }).end(options.body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: JSON.parse(await text(response)) as Record<string, unknown> };
}

const sdk = (host: string) => ({ headers: { 'X-Databricks-Metadata-Version': '1', 'X-Databricks-Host': host } });

const clientCredentials = {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ grant_type: 'client_credentials' }),
};

describe('keytray exec', () => {
  it('is the metadata service for a client of Databricks, for as long as it runs', async () => {
    await using scene = await setting();
    const { running, env } = await exec(scene.sandbox, 'lake');
    expect(env).toMatchObject({
      DATABRICKS_HOST: 'https://dbc-1.cloud.databricks.com',
      DATABRICKS_AUTH_TYPE: 'metadata-service',
      NO_PROXY: '127.0.0.1',
      no_proxy: '127.0.0.1',
      LAKE: 'the-token',
    });
    const { DATABRICKS_HOST: host = '', DATABRICKS_METADATA_SERVICE_URL: url = '' } = env;
    const answer = await ask(url, sdk(host));
    expect(answer).toMatchObject({ status: 200, body: { access_token: 'the-token', token_type: 'Bearer' } });
    scene.broker.tokens.set('lake', () => ({ ...inAnHour(), access_token: 'renewed' }));
    expect((await ask(url, sdk(host))).body.access_token).toBe('renewed');
    expect(await ask(url, sdk('https://dbc-2.cloud.databricks.com'))).toMatchObject({ status: 403 });
    running.child.kill('SIGTERM');
    await running.ended;
    await expect(ask(url, sdk(host))).rejects.toThrow(/ECONNREFUSED/);
  });

  it('is the token endpoint for a client that would ask Auth0 with a secret', async () => {
    row('A4');
    await using scene = await setting();
    const account = await resolveConfigured(await loadConfig(scene.sandbox.env), 'athena');
    const cli = { broker: async () => new LocalApiClient(scene.socketPath), err: new SilentScreen() };
    expect(await openEndpointFor(cli, account)).toEqual([]);
    const settings = { ...account, grant: { kind: 'client_credentials' } as const };
    const env = Object.fromEntries(await openEndpointFor(cli, settings));
    const { OAUTH_AUTH_URL: url = '', OAUTH_CLIENT_ID: client_id, OAUTH_CLIENT_SECRET: client_secret } = env;
    expect(env).toMatchObject({ OAUTH_CLIENT_ID: 'the-client', OAUTH_AUDIENCE: 'crisp-athena-live' });
    const grant = { grant_type: 'client_credentials', client_id, client_secret, audience: env.OAUTH_AUDIENCE };
    const post = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    const answer = await ask(url, { ...post, body: JSON.stringify(grant) });
    expect(answer).toMatchObject({ status: 200, body: { access_token: 'the-token', scope: 'all-apis' } });
    expect(answer.body.expires_in).toBeGreaterThan(3_500);
    expect(await ask(url, { ...post, body: JSON.stringify({ ...grant, audience: 'another' }) })).toMatchObject({
      status: 403,
    });
  });

  it('closes the endpoint when the program ends by itself', async () => {
    await using scene = await setting();
    const { running, env } = await exec(scene.sandbox, 'machine');
    const { OAUTH_AUTH_URL: url = '' } = env;
    expect(await ask(url, clientCredentials)).toMatchObject({ status: 200, body: { access_token: 'the-token' } });
    running.child.stdin.write('\n');
    expect(await running.ended).toMatchObject({ status: 0, signal: null });
    await expect(ask(url, clientCredentials)).rejects.toThrow(/ECONNREFUSED/);
  });

  needsRoot('refuses another user of the machine at its endpoint, also with the path', async () => {
    await using scene = await setting();
    const { running, env } = await exec(scene.sandbox, 'machine');
    const url = new URL(env.OAUTH_AUTH_URL ?? '');
    const { headers, body } = clientCredentials;
    const type = `Content-Type: ${headers['Content-Type']}\r\nContent-Length: ${body.length}\r\nConnection: close`;
    const request = `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n${type}\r\n\r\n${body}`;
    const program = 'my $s = dial($ARGV[0], $ARGV[1]); syswrite $s, $ARGV[2]; print $a while sysread($s, $a, 65536);';
    const other = asOtherUser(`${perlConnect}\n${program}`, url.hostname, url.port, request);
    const answer = await other.output();
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain(`a program of uid ${otherUid} was refused`);
    expect(answer).not.toContain('the-token');
    expect(await ask(url.href, clientCredentials)).toMatchObject({ status: 200 });
    running.child.kill('SIGTERM');
    await running.ended;
  });

  it('opens nothing for an account whose clients need no such thing', async () => {
    await using scene = await setting();
    const { running, env } = await exec(scene.sandbox, 'lab');
    expect(Object.keys(env).filter((name) => /^(?:DATABRICKS|OAUTH|NO_PROXY|no_proxy)/.test(name))).toEqual([]);
    expect(env.LAB_TOKEN).toBe('the-token');
    running.child.kill('SIGTERM');
    await running.ended;
  });
});
