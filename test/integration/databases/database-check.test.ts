import { createSecureContext } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../core/hand-out/database-check.ts';
import type { DatabaseLogin } from '../../../core/hand-out/database-logins.ts';
import { databasePermissions } from '../../../core/hand-out/database-permissions.ts';
import { databaseFailure } from '../../../core/hand-out/database-session.ts';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import { Secret } from '../../../core/secret.ts';
import { row } from '../../rows/row.ts';
import { failureOf } from '../../support/broker.ts';
import { type Lakebase, startLakebase } from '../../support/vendors/databricks/lakebase.ts';

let lakebase: Lakebase;
beforeAll(async () => {
  lakebase = await startLakebase();
}, 120_000);
afterAll(() => lakebase.close());
afterEach(() => {
  lakebase.front.offersTls = true;
});

const clock = new SystemClock();
const kim = 'kim@example.com';

async function login(changes: Partial<DatabaseLogin> = {}): Promise<DatabaseLogin> {
  const { mint } = lakebase.workspace;
  const { username = kim } = changes;
  const { token } = await mint.mint({ sub: username, aud: 'lakebase' }, 60, Date.now());
  return {
    username,
    password: new Secret(token),
    host: 'localhost',
    port: lakebase.front.port,
    database: 'databricks_postgres',
    sslmode: 'verify-full',
    expiresAt: undefined,
    nativeLogin: false,
    ...changes,
  };
}
const trusted = () => createSecureContext({ ca: lakebase.authority.pem });
const test = async (changes: Partial<DatabaseLogin> = {}, authorities = trusted()) =>
  testDatabase(await login(changes), authorities, clock);
const refused = async (changes: Partial<DatabaseLogin> = {}, authorities = trusted()) =>
  failureOf(test(changes, authorities));

describe('a test of a database', () => {
  it('logs in for real and says as whom', async () => {
    expect(await test()).toMatchObject({ user: kim, database: 'databricks_postgres', nativeLogin: false });
    expect(lakebase.front.logins.at(-1)).toMatchObject({ user: kim, outcome: 'accepted' });
  });

  it.each<[string, Partial<DatabaseLogin>, string, string]>([
    ['a wrong database', { database: 'main' }, 'misconfigured', 'the database main does not exist'],
    [
      'a role that is not there',
      { username: 'max@example.com' },
      'access_denied',
      'the database has no role for max@example.com',
    ],
    ['a token of another kind', { password: new Secret('no-token') }, 'misconfigured', 'was given something else'],
    [
      'another’s password',
      { password: new Secret('a.b.c') },
      'access_denied',
      'has expired, or belongs to another identity',
    ],
    [
      'a name that leads nowhere',
      { host: 'nope.invalid' },
      'temporarily_unavailable',
      'the name nope.invalid leads nowhere',
    ],
    ['a port where nothing listens', { port: 1 }, 'temporarily_unavailable', 'localhost:1 cannot be reached'],
  ])('tells the cause: %s', async (_what, changes, code, message) => {
    row('L1', 'L17');
    expect(await refused(changes)).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('tells the cause: no TLS, and no password goes there', async () => {
    lakebase.front.offersTls = false;
    const before = lakebase.front.logins.length;
    expect(await refused()).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('offers no TLS') });
    expect(lakebase.front.logins.length).toBe(before);
  });

  it('tells the cause: an authority nobody trusts, and no password goes there', async () => {
    const before = lakebase.front.logins.length;
    expect(await refused({}, createSecureContext())).toMatchObject({
      code: 'misconfigured',
      message: 'the certificate of localhost is not accepted',
      advice: expect.stringContaining('tls.ca'),
    });
    expect(lakebase.front.logins.length).toBe(before);
  });

  it('reads no password of the environment in place of its own', async () => {
    process.env.PGPASSWORD = 'of-the-environment';
    try {
      await test();
      expect(lakebase.front.logins.at(-1)?.password).not.toBe('of-the-environment');
    } finally {
      delete process.env.PGPASSWORD;
    }
  });

  it('quotes a server that says something else, cleaned', () => {
    const error = Object.assign(new Error('the system\u202e is\nstarting up'), { severity: 'FATAL', code: '57P03' });
    expect(databaseFailure(error, { host: 'h', port: 1 })).toMatchObject({
      code: 'temporarily_unavailable',
      message: 'the database answers: the system is starting up',
      detail: '57P03',
    });
  });
});

describe('the permissions of a role', () => {
  it('are those PostgreSQL knows, and what is missing is told as a statement', async () => {
    row('L19');
    const { server } = lakebase;
    const inShop = (text: string) => server.sql(text);
    await inShop('create database "stock room"');
    await inShop(`revoke connect on database "stock room" from public`);
    expect(await failureOf(databasePermissions(await login({ database: 'stock room' }), trusted()))).toMatchObject({
      code: 'access_denied',
      message: 'the role has no rights on "stock room"',
    });
    const rows = await databasePermissions(await login(), trusted());
    expect(rows).toContainEqual({ object: `role "${kim}"`, permission: 'LOGIN', answer: 'yes', reason: undefined });
    expect(rows).toContainEqual(
      expect.objectContaining({ object: 'database databricks_postgres', permission: 'CONNECT', answer: 'yes' }),
    );
    const robot = lakebase.workspace.people.servicePrincipal.clientId;
    const theirs = await databasePermissions(await login({ username: robot }), trusted());
    expect(theirs).toContainEqual({
      object: 'database databricks_postgres',
      permission: 'CREATE',
      answer: 'no',
      reason: `GRANT CREATE ON DATABASE databricks_postgres TO "${robot}";`,
    });
  });
});
