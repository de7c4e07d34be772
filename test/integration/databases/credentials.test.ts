import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalApiClient } from '../../../core/local-api/client/client.ts';
import { Secret } from '../../../core/secret.ts';
import { row } from '../../rows/row.ts';
import { caller, failureOf } from '../../support/broker.ts';
import { type LakebaseScene, lakeAccount, startLakebaseScene } from '../../support/lakebase-scene.ts';
import { type Lakebase, startLakebase } from '../../support/vendors/databricks/lakebase.ts';

let lakebase: Lakebase;
let scene: LakebaseScene;
beforeAll(async () => {
  lakebase = await startLakebase();
}, 120_000);
afterAll(() => lakebase.close());
beforeEach(async () => {
  scene = await startLakebaseScene(
    lakeAccount(lakebase, 'lake', { grant: 'client_credentials' }) + lakeAccount(lakebase, 'mine'),
  );
  await scene.broker.start();
});
afterEach(async () => {
  await scene.close();
  lakebase.workspace.faults.clear();
  lakebase.workspace.lakebase.mayUse = true;
  const [instance] = lakebase.workspace.lakebase.instances;
  if (instance !== undefined) Object.assign(instance, { state: 'AVAILABLE', nativeLogin: false, host: 'localhost' });
});

const passwordPath = '/api/2.0/database/credentials';
const asked = (path = passwordPath): number => lakebase.workspace.to(path).length;
const robot = (): string => lakebase.workspace.people.servicePrincipal.clientId;

async function logIn(credential: Readonly<Record<string, unknown>>) {
  const client = new Client({
    host: String(credential.host),
    port: Number(credential.port),
    user: String(credential.username),
    database: String(credential.dbname),
    password: String(credential.password),
    ssl: { ca: lakebase.authority.pem },
  });
  await client.connect();
  const { rows } = await client.query('select current_user as who');
  await client.end();
  return rows;
}

describe('a login to a database', () => {
  it('has everything a client needs, and opens a session', async () => {
    row('L3', 'L20');
    await scene.enter('lake');
    const credential = await scene.postgres('lake', 'shop');
    expect(credential).toEqual({
      username: robot(),
      password: lakebase.workspace.lakebase.passwords.at(-1),
      host: 'localhost',
      port: lakebase.front.port,
      dbname: 'databricks_postgres',
      sslmode: 'verify-full',
      sslrootcert: lakebase.authority.file,
      expires_at: expect.stringMatching(/Z$/),
    });
    expect(await logIn(credential)).toEqual([{ who: robot() }]);
  });

  it('is that of the person who signed in, whom the workspace is asked for once', async () => {
    await scene.signIn('mine');
    const before = asked('/api/2.0/preview/scim/v2/Me');
    const credential = await scene.postgres('mine');
    expect(await logIn(credential)).toEqual([{ who: 'kim@example.com' }]);
    scene.skip(3_600_000);
    await scene.postgres('mine');
    expect(asked('/api/2.0/preview/scim/v2/Me') - before).toBe(1);
  });

  it('is asked for once by fifty at a time, and then served from memory until its end comes near', async () => {
    row('L7', 'L8', 'L25');
    await scene.enter('lake');
    const before = asked();
    const all = await Promise.all(Array.from({ length: 50 }, () => scene.postgres('lake')));
    expect(new Set(all.map(({ password }) => password)).size).toBe(1);
    await scene.postgres('lake', 'shop');
    expect(asked() - before).toBe(1);
    // A second more, as the difference of the clocks is known to the second.
    scene.skip(3_600_000 - 300_000 + 2_000);
    expect((await scene.postgres('lake')).password).not.toBe(all[0]?.password);
    expect(asked() - before).toBe(2);
    expect(asked('/api/2.0/token/generate')).toBe(0);
  });

  it('is forgotten with the sign-in', async () => {
    await scene.enter('lake');
    const first = await scene.postgres('lake');
    await scene.broker.logout('lake', { revoke: false });
    expect(await failureOf(scene.postgres('lake'))).toMatchObject({ code: 'login_required' });
    await scene.enter('lake');
    expect((await scene.postgres('lake')).password).not.toBe(first.password);
  });

  it('is noted as handed out, and stays where hand-outs are stopped', async () => {
    await scene.enter('lake');
    const seen: unknown[] = [];
    scene.broker.subscribe((event) => {
      if (event.type === 'handed_out') seen.push([event.account, event.protocol, event.host]);
    });
    await scene.postgres('lake');
    scene.broker.gate.lock();
    expect(await failureOf(scene.postgres('lake'))).toMatchObject({ code: 'keychain_locked' });
    expect(seen).toEqual([['lake', 'postgres', 'localhost']]);
  });

  it('goes over the socket to whoever asks by name', async () => {
    await scene.enter('lake');
    const client = new LocalApiClient(scene.socketPath);
    expect(await client.credentials('lake', { kind: 'postgres', target: 'shop' })).toMatchObject({ username: robot() });
    await expect(client.credentials('lake', { kind: 'mysql' })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(client.credentials('nope', { kind: 'postgres' })).rejects.toMatchObject({ code: 'unknown_account' });
  });
});

describe('a password of PostgreSQL itself', () => {
  const native = (id: string, grant: 'client_credentials' | 'authorization_code') => {
    const targets = [`shop: { instance: shop, port: ${lakebase.front.port}, password: native }`];
    return lakeAccount(lakebase, id, { grant, targets });
  };
  const password = 'postgres-s own-password';
  beforeEach(async () => {
    const [instance] = lakebase.workspace.lakebase.instances;
    if (instance !== undefined) Object.assign(instance, { nativeLogin: true });
    await scene.configure(native('lake', 'client_credentials') + native('mine', 'authorization_code'));
  });

  it('is a field of its own, and the one that is handed out', async () => {
    await scene.enter('lake', { database_password: password });
    const before = asked();
    expect(await scene.postgres('lake')).toMatchObject({ password, expires_at: null });
    expect(asked()).toBe(before);
  });

  it('that is a personal access token is refused where it is entered', async () => {
    const { pat } = lakebase.workspace.people;
    const failure = await failureOf(scene.enter('lake', { database_password: pat }));
    expect(failure).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('no database password'),
    });
    expect(failure.message).not.toContain(pat);
  });

  it('is given beside a sign-in by browser', async () => {
    await scene.signIn('mine');
    const set = (value: string) =>
      scene.sandbox.run(['accounts', 'set-secret', 'mine', '--database-password'], { stdin: `${value}\n` });
    expect(await set(lakebase.workspace.people.pat)).toMatchObject({ status: 2 });
    expect(await set(password)).toMatchObject({ status: 0, stdout: 'Stored the database password of mine.\n' });
    expect(await scene.postgres('mine')).toMatchObject({ password });
    await scene.configure(lakeAccount(lakebase, 'mine'));
    expect(await set(password)).toMatchObject({ status: 2, stderr: expect.stringContaining('password: native') });
  });

  it.each(['', ' ', '\t', 'pass\nword', 'pässword'])(
    'is not kept where it could not be read again: %j',
    async (value) => {
      await scene.signIn('mine');
      const stored = failureOf(scene.broker.setDatabasePassword('mine', new Secret(value)));
      expect(await stored).toMatchObject({ code: 'invalid_request' });
      expect(await scene.broker.account('mine')).toMatchObject({ state: 'active' });
    },
  );

  it('goes to no other workspace than the one it was given for', async () => {
    await scene.signIn('mine');
    await scene.broker.setDatabasePassword('mine', new Secret(password));
    const other = await startLakebase();
    try {
      const targets = [`shop: { instance: shop, port: ${lakebase.front.port}, password: native }`];
      const [instance] = other.workspace.lakebase.instances;
      if (instance !== undefined) Object.assign(instance, { nativeLogin: true });
      await scene.configure(lakeAccount(other, 'mine', { targets }));
      await scene.signIn('mine');
      const failure = await failureOf(scene.postgres('mine'));
      expect(failure).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('was for') });
      expect(failure.message).not.toContain(password);
    } finally {
      await other.close();
    }
  }, 120_000);

  it('is forgotten at sign-out, and a sign-in by browser is not told to bring it', async () => {
    await scene.signIn('mine');
    await scene.broker.setDatabasePassword('mine', new Secret(password));
    await scene.broker.logout('mine', { revoke: false });
    await scene.signIn('mine');
    expect(await failureOf(scene.postgres('mine'))).toMatchObject({
      code: 'login_required',
      advice: 'Store the database password of the account.',
    });
  });
});

describe('the target', () => {
  it.each(['nope', '__proto__', 'constructor'])('%s is refused where the account does not list it', async (name) => {
    await scene.enter('lake');
    const before = lakebase.workspace.requests.length;
    expect(await failureOf(scene.postgres('lake', name))).toMatchObject({
      code: 'not_found',
      message: 'lake lists no database of this name; it has shop',
    });
    expect(lakebase.workspace.requests.length).toBe(before);
  });

  it('must be named where there are several', async () => {
    const port = `port: ${lakebase.front.port}`;
    const targets = [
      `shop: { instance: shop, ${port} }`,
      `auto: { endpoint: projects/shop/branches/main/endpoints/primary, sslmode: require, ${port} }`,
    ];
    await scene.configure(lakeAccount(lakebase, 'lake', { grant: 'client_credentials', targets }));
    await scene.enter('lake');
    expect(await failureOf(scene.postgres('lake'))).toMatchObject({
      code: 'invalid_request',
      message: 'lake has several databases: shop, auto',
    });
    const credential = await scene.postgres('lake', 'auto');
    expect(credential.sslmode).toBe('require');
    expect(await logIn(credential)).toEqual([{ who: robot() }]);
  });

  it('must be a role that the account lists, where it is one of AWS', async () => {
    const ask = (target?: string) =>
      failureOf(scene.broker.credentials('lake', { kind: 'aws', ...(target && { target }) }, caller));
    expect(await ask('arn:aws:iam::123456789012:role/Admin')).toMatchObject({ code: 'access_denied' });
    expect(await ask()).toMatchObject({ code: 'invalid_request' });
  });
});

describe('where there is no login, the cause is told', () => {
  const refused = () => failureOf(scene.postgres('lake'));
  const instance = () => {
    const [shop] = lakebase.workspace.lakebase.instances;
    if (shop === undefined) throw new Error('the workspace has no instance');
    return shop;
  };
  beforeEach(() => scene.enter('lake'));

  it('of an instance that is stopped, and none is made', async () => {
    row('L17');
    instance().state = 'STOPPED';
    const before = asked();
    expect(await refused()).toMatchObject({
      code: 'temporarily_unavailable',
      message: 'the database instance is stopped',
      advice: 'Start it in the workspace, or wait until it is ready.',
    });
    expect(asked()).toBe(before);
    instance().state = 'AVAILABLE';
    expect(await scene.postgres('lake')).toMatchObject({ host: 'localhost' });
  });

  it('of an identity that may not use it', async () => {
    row('L17');
    lakebase.workspace.lakebase.mayUse = false;
    expect(await refused()).toMatchObject({ code: 'access_denied', advice: expect.stringContaining('CAN USE') });
  });

  it('of a name the workspace does not know', async () => {
    const targets = ['gone: { instance: gone }'];
    await scene.configure(lakeAccount(lakebase, 'lake', { grant: 'client_credentials', targets }));
    expect(await refused()).toMatchObject({
      code: 'misconfigured',
      message: 'the workspace has no database gone',
      account: 'lake',
    });
  });

  it('of an IP access list', async () => {
    const body = { error_code: 'PERMISSION_DENIED', message: 'Source IP address: 10.0.0.1 is blocked' };
    lakebase.workspace.faults.add(passwordPath, { kind: 'reply', status: 403, body });
    expect(await refused()).toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('IP access list'),
    });
  });

  it('of a client that the workspace has forgotten, who can sign in nowhere', async () => {
    lakebase.workspace.faults.add(passwordPath, { kind: 'reply', status: 401, body: { message: 'no' } }, 2);
    expect(await refused()).toMatchObject({ code: 'access_denied' });
  });

  it('of a personal access token in its place, which is not handed out', async () => {
    row('L2');
    const { pat } = lakebase.workspace.people;
    const body = { token: pat, expiration_time: '2036-01-01T00:00:00Z' };
    lakebase.workspace.faults.add(passwordPath, { kind: 'reply', status: 200, body });
    const failure = await refused();
    expect(failure).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('personal access token') });
    expect(failure.message).not.toContain(pat);
  });
});
