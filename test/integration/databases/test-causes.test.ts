import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import type { RowId } from '../../rows/systems.ts';
import { type LakebaseScene, lakeAccount, startLakebaseScene } from '../../support/lakebase-scene.ts';
import { type Authority, makeAuthority } from '../../support/vendors/authority.ts';
import { type Lakebase, startLakebase } from '../../support/vendors/databricks/lakebase.ts';

let lakebase: Lakebase;
let stranger: Authority;
let scene: LakebaseScene;

beforeAll(async () => {
  [lakebase, stranger] = await Promise.all([startLakebase(), makeAuthority()]);
  const { workspace, front } = lakebase;
  workspace.lakebase.instances.push({ name: 'night', host: 'localhost', state: 'STOPPED', nativeLogin: false });
  const grant = 'client_credentials';
  const port = `port: ${front.port}`;
  const targets = [
    `shop: { instance: shop, ${port} }`,
    `main: { instance: shop, database: main, ${port} }`,
    `night: { instance: night, ${port} }`,
    `copied: { instance: sql/1.0/warehouses/0123456789abcdef, ${port} }`,
  ];
  const copied = { ...workspace, url: `${workspace.url}/sql/1.0/warehouses/0123456789abcdef` };
  scene = await startLakebaseScene(
    lakeAccount(lakebase, 'lake', { grant, targets }) +
      lakeAccount({ ...lakebase, authority: stranger }, 'strange', { grant }) +
      lakeAccount({ ...lakebase, workspace: copied }, 'warehouse', { grant }),
  );
  await scene.broker.start();
  await Promise.all([scene.enter('lake'), scene.enter('strange')]);
}, 120_000);
afterAll(async () => {
  await scene.close();
  await Promise.all([lakebase.close(), stranger.close()]);
});

const robot = (): string => lakebase.workspace.people.servicePrincipal.clientId;

/** Each changes one thing for as long as a command runs. */
const whileNoTls = async <T>(run: () => Promise<T>): Promise<T> => {
  lakebase.front.offersTls = false;
  return await run().finally(() => {
    lakebase.front.offersTls = true;
  });
};
const whileWithoutRole = async <T>(run: () => Promise<T>): Promise<T> => {
  await lakebase.server.sql(`ALTER ROLE "${robot()}" RENAME TO "renamed"`);
  return await run().finally(() => lakebase.server.sql(`ALTER ROLE "renamed" RENAME TO "${robot()}"`));
};
const asIs = async <T>(run: () => Promise<T>): Promise<T> => await run();

describe('keytray test', () => {
  it.each<[string, string, number, () => string, string, typeof asIs, ...RowId[]]>([
    [
      'a database that does not exist',
      'lake/main',
      2,
      () => 'the database main does not exist',
      'default database is databricks_postgres',
      asIs,
      'L1',
      'L17',
    ],
    [
      'an instance that is stopped',
      'lake/night',
      6,
      () => 'the database instance is stopped',
      'Start it in the workspace',
      asIs,
    ],
    [
      'a role that is missing',
      'lake/shop',
      5,
      () => `the database has no role for ${robot()}`,
      'databricks_create_role',
      whileWithoutRole,
      'L17',
    ],
    [
      'an authority that is not trusted',
      'strange/shop',
      2,
      () => 'the certificate of localhost is not accepted',
      'tls.ca',
      asIs,
      'L17',
    ],
    [
      'a server without TLS',
      'lake/shop',
      2,
      () => 'the server at this address offers no TLS, so it is not Lakebase',
      'Check host and port',
      whileNoTls,
      'L17',
    ],
    [
      'the name of a SQL warehouse',
      'lake/copied',
      2,
      () => 'a SQL warehouse does not speak PostgreSQL',
      'Name a database instance',
      asIs,
      'L21',
    ],
    [
      'the address of a SQL warehouse',
      'warehouse/shop',
      2,
      () => 'a SQL warehouse does not speak PostgreSQL',
      'the workspace without a path',
      asIs,
      'L21',
    ],
    [
      'the address of a SQL warehouse, its only database unnamed',
      'warehouse',
      2,
      () => 'a SQL warehouse does not speak PostgreSQL',
      'the workspace without a path',
      asIs,
      'L21',
    ],
  ])('names the cause: %s', async (_what, target, status, cause, advice, meanwhile, ...shown) => {
    row(...shown);
    const ran = await meanwhile(() => scene.sandbox.run(['test', target]));
    const account = target.replace(/\/.*/, '');
    expect(ran).toMatchObject({ status, stdout: '' });
    expect(ran.stderr).toContain(`${account} does not work: ${cause()}`);
    expect(ran.stderr).toContain(advice);
    for (const password of lakebase.workspace.lakebase.passwords) expect(ran.stderr).not.toContain(password);
  });

  it('works again with what was wrong put right', async () => {
    expect(await scene.sandbox.run(['test', 'lake/shop'])).toMatchObject({ status: 0 });
  });
});
