import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { ImportScene } from '../../support/import-scene.ts';
import { startTokenServer, type TokenServer } from '../../support/vendors/athena/token-server.ts';
import { startWorkspace, type Workspace } from '../../support/vendors/databricks/workspace.ts';

let auth0: TokenServer;
let workspace: Workspace;
beforeAll(async () => {
  [auth0, workspace] = await Promise.all([startTokenServer(), startWorkspace()]);
});
afterAll(() => Promise.all([auth0.close(), workspace.close()]));

const config = () => `accounts:
  athena@live: { service: athena, grant: api_key, store: memory, token_endpoint: "${auth0.tokenEndpoint}", settings: { affiliate: a1 } }
  databricks: { service: databricks, url: "${workspace.url}" }
`;
const toOauth = ['migrate', 'athena@live', '--to', 'oauth'];

describe('keytray migrate', () => {
  it('puts a client beside a static token, and ticks off what is done', async () => {
    row('A18');
    await using scene = await ImportScene.create(config());
    const { id, secret } = auth0.client;
    const { status, stdout } = await scene.run([...toOauth, '--client-id', id], { stdin: `${secret}\n` });
    expect(status).toBe(0);
    expect(stdout.match(/^\[.\]/gm)?.join('')).toBe('[x][x][ ][ ][ ][ ]');
    expect(stdout).toContain('[x] athena@live-oauth is added');
    expect(stdout).toMatch(/ {4}\+ OAUTH_CLIENT_ID\n/);
    expect(stdout).toContain('[ ] then end the old one: keytray accounts remove athena@live\n');
    expect(await scene.grants.token('athena@live-oauth')).toMatchObject({ access_token: auth0.issued.at(-1) });
    const written = await scene.config();
    expect(written.startsWith(config())).toBe(true);
    expect(written).toMatch(/athena@live-oauth:\n {4}service: athena\n {4}grant: client_credentials\n/);
    expect(written).toContain('affiliate: a1');
    expect(scene.seen).not.toContain(secret);
  });

  it('leaves nothing behind where the secret is refused', async () => {
    await using scene = await ImportScene.create(config());
    const args = [...toOauth, '--client-id', auth0.client.id];
    const { status, stdout } = await scene.run(args, { stdin: 'not-the-secret\n' });
    expect(status).toBe(5);
    expect(stdout).toBe('[x] athena@live stays as it is until nothing uses it any more\n');
    expect(await scene.config()).toBe(config());
    expect(scene.seen).not.toContain('not-the-secret');
  });

  it('puts a key beside a sign-in by browser', async () => {
    await using scene = await ImportScene.create(config());
    const { pat } = workspace.people;
    const { status, stdout } = await scene.run(['migrate', 'databricks', '--to', 'api-key'], { stdin: `${pat}\n` });
    expect(status).toBe(0);
    expect(stdout).toContain('[x] tested (kim@example.com)');
    expect(await scene.grants.token('databricks@key')).toMatchObject({ access_token: pat });
    expect(scene.seen).not.toContain(pat);
  });

  it.each([
    [['migrate', 'nobody', '--to', 'oauth'], 8, /no account named/],
    [['migrate', 'databricks'], 2, /--to/],
    [toOauth, 2, /no client named/],
    [['migrate', 'athena@live', '--to', 'api-key'], 2, /has api_key already/],
  ])('refuses %j', async (args, exit, why) => {
    await using scene = await ImportScene.create(config());
    const { status, stderr } = await scene.run(args);
    expect(status).toBe(exit);
    expect(stderr).toMatch(why);
    expect(await scene.config()).toBe(config());
  });
});
