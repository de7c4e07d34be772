import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { type Keyring, startKeyring } from '../../support/keyring.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { knownSecrets } from '../../support/known-secrets.ts';
import { Eavesdropper, filesBelow, unique } from '../../support/secret-search.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';
import { StubPrograms } from '../../support/stub-programs.ts';
import { type ExchangeLog, registerTokenExchange, tokenExchangeGrant } from '../../support/token-exchange.ts';
import { type Datadog, delegatedTokenPath, startDatadog } from '../../support/vendors/datadog/datadog.ts';

/** One account of each grant: `client_credentials`, `token_exchange`, `aws_identity`. */
const accounts = ['robot', 'api', 'datadog'] as const;

describe('a search for the secrets of accounts that need no browser', () => {
  const secrets = knownSecrets();
  const clientSecret = unique('client');
  const exchanges: ExchangeLog = { asked: [], lifetime: 600 };
  let keyring: Keyring;
  let server: RunningAuthorizationServer;
  let datadog: Datadog;
  let stubs: StubPrograms;
  let keytray: Keytray;
  let ears: Eavesdropper;

  beforeAll(async () => {
    [keyring, datadog, stubs, server] = await Promise.all([
      startKeyring(),
      startDatadog({ mark: unique('mark') }),
      StubPrograms.create(),
      startAuthorizationServer({
        clients: [
          { clientId: 'keytray' },
          { clientId: 'robot', clientSecret, grantTypes: ['client_credentials'] },
          { clientId: 'exchanger', grantTypes: [tokenExchangeGrant] },
        ],
        extend: (provider) => registerTokenExchange(provider, exchanges),
        onTokenExchange: secrets.onTokenExchange,
      }),
    ]);
    secrets.add('client_secret', clientSecret);
    const [{ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }] =
      datadog.principals;
    secrets.add('aws_secret_access_key', SecretAccessKey);
    secrets.add('aws_session_token', SessionToken);
    await stubs.prints('creds', JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, SessionToken }));
    keytray = await createKeytray({ ...keyring.env, KEYTRAY_LOG_LEVEL: 'debug' });
    const common = `service: oidc, issuer: "${server.issuer}"`;
    const source = `{ command: ["${path.join(stubs.folder, 'creds')}"] }`;
    const more = `  robot: { ${common}, client_id: robot, grant: client_credentials, scopes: [git] }
  api: { ${common}, client_id: exchanger, grant: token_exchange, subject_account: lab, audience: api }
  datadog: { service: datadog, url: "${datadog.url}", settings: { org_uuid: ${datadog.orgUuid} }, aws_credentials: ${source} }
`;
    await keytray.configure(labConfig({ issuer: server.issuer, store: 'keychain', more }));
    ears = new Eavesdropper(keytray);
    await ears.startAgent();
  });

  afterAll(async () => {
    await ears.close();
    await keytray.close();
    await stubs[Symbol.asyncDispose]();
    await Promise.all([server.close(), datadog.close()]);
    await keyring.stop();
  });

  const run: Eavesdropper['run'] = (...args) => ears.run(...args);
  /** A new token, which is noted; a refusal is part of what was said. */
  const renewed = async (account: string): Promise<string> => {
    try {
      const { access_token: token = '' } = await keytray.api.token(account, { force: true });
      secrets.add(account === 'datadog' ? 'delegated_token' : 'access_token', token);
      return token;
    } catch (error) {
      ears.said.push(String(error), JSON.stringify(error));
      return '';
    }
  };
  const looksAround = async (): Promise<void> => {
    for (const account of accounts) {
      await run(['status', account]);
      await run(['accounts', 'show', account, '--json']);
      ears.said.push(JSON.stringify(await keytray.api.account(account)));
    }
    await run(['status', '--json']);
  };
  /** The proofs that Datadog was sent: who has one is the AWS role for a quarter of an hour. */
  const noteProofs = (): void => {
    for (const { headers } of datadog.to(delegatedTokenPath)) {
      const proof = headers.authorization?.replace('Delegated ', '') ?? '';
      secrets.add('aws_proof', proof);
      for (const part of proof.split('|')) if (part.length > 150) secrets.add('aws_proof', part);
    }
  };
  const nothingFound = async (): Promise<void> => {
    noteProofs();
    expect(await ears.find(secrets)).toEqual([]);
  };

  it('finds none while everything works', async () => {
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
    expect(await run(['login', 'robot'], clientSecret)).toMatchObject({ status: 0 });
    for (const account of accounts) {
      expect(await renewed(account), account).not.toBe('');
      expect(await run(['test', account]), account).toMatchObject({ status: 0 });
    }
    expect(exchanges.asked.length).toBeGreaterThan(0);
    expect(datadog.refusals).toEqual([]);
    await looksAround();
    await expect.poll(() => ears.events.join()).toContain('handed_out');
    expect(await keytray.log()).toContain('handed out');
    await nothingFound();
  });

  it('finds none in the journal of a locked keychain', async () => {
    await keyring.lock();
    for (const account of accounts) expect(await renewed(account), account).not.toBe('');
    const journals = (await filesBelow(keytray.folder)).filter(({ name }) => path.basename(name) === 'journal');
    expect(journals.map(({ text }) => text.length > 100)).toEqual([true]);
    await looksAround();
    await nothingFound();
    await keyring.unlock();
  });

  it('finds none of a client secret that is refused', async () => {
    const wrong = unique('wrong');
    secrets.add('client_secret', wrong);
    expect((await run(['login', 'robot', '--renew'], wrong)).status).not.toBe(0);
    await looksAround();
    await nothingFound();
  });

  it('finds none where servers repeat whatever they were sent', async () => {
    noteProofs();
    // One value at a time, so that none is cut off.
    for (const value of secrets.values.keys()) {
      const body = JSON.stringify({ error: 'server_error', error_description: `no ${value} please` });
      server.faults.outage = { status: 400, body, headers: { 'content-type': 'application/json' } };
      const errors = { errors: [`no ${value} please`] };
      datadog.faults.add(/./, { kind: 'reply', status: 400, body: errors }, 3);
      for (const account of accounts) expect(await renewed(account)).toBe('');
      datadog.faults.clear();
    }
    server.faults.outage = undefined;
    await looksAround();
    await nothingFound();
  });

  it('finds none after the end of it', async () => {
    await run(['logout', 'robot']);
    await run(['logout', 'lab']);
    await keytray.stopAgent('SIGABRT');
    await nothingFound();
    const known = ['access_token', 'aws_proof', 'aws_secret_access_key', 'aws_session_token', 'client_secret'];
    expect(secrets.kinds()).toEqual(expect.arrayContaining([...known, 'delegated_token']));
    expect(ears.processes.looks).toBeGreaterThan(50);
    expect(ears.processes.seen()).toContain('keytray');
    expect((await stubs.runs('creds')).length).toBeGreaterThan(0);
  });
});
