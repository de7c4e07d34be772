import { lchown, symlink, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { ImportScene } from '../../support/import-scene.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { otherUid } from '../../support/other-user.ts';
import { onTerminal } from '../../support/terminal.ts';
import { startTokenServer, type TokenServer } from '../../support/vendors/athena/token-server.ts';
import { startWorkspace, type Workspace } from '../../support/vendors/databricks/workspace.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

let dataiku: Dataiku;
let workspace: Workspace;
let auth0: TokenServer;
beforeAll(async () => {
  [dataiku, workspace, auth0] = await Promise.all([startDataiku(), startWorkspace(), startTokenServer()]);
});
afterAll(() => Promise.all([dataiku.close(), workspace.close(), auth0.close()]));

const instances = (keys: Readonly<Record<string, string>>, more = '') =>
  `{"dss_instances": {${Object.entries(keys)
    .map(([name, key]) => `${JSON.stringify(name)}: {"url": "${dataiku.url}",  "api_key": "${key}", "team": "x"}`)
    .join(',\n  ')}}${more}}\n`;

describe('keytray import', () => {
  it('shows what it found without a terminal, and changes nothing', async () => {
    await using scene = await ImportScene.create();
    const text = instances({ default: knownKeys.personal });
    await scene.write('.dataiku/config.json', text);
    for (const more of [[], ['--dry-run'], ['--dry-run', '--yes', '--remove'], ['--json']]) {
      const { status, stdout, stderr } = await scene.run(['import', 'dataiku', ...more]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('dataiku');
    }
    expect(scene.said).toContain('keytray import dataiku --yes');
    expect(await scene.config()).toBe('accounts: {}\n');
    expect(await scene.read('.dataiku/config.json')).toBe(text);
    expect(scene.seen).not.toContain(knownKeys.personal);
  });

  it('keeps a key that the service takes, and takes it out of its file', async () => {
    row('D25');
    await using scene = await ImportScene.create(
      '# mine\naccounts:\n  # first\n  lab: { service: dataiku, url: "https://lab.example" }\n',
    );
    const text = instances(
      { default: knownKeys.personal, other: knownKeys.project },
      ', "default_instance": "default"',
    );
    await scene.write('.dataiku/config.json', text, 0o640);
    const { status, stdout, stderr } = await scene.run(['import', 'dataiku', '--yes', '--remove']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('dataiku: tried and kept. api_key of default removed from');
    expect(await scene.grants.token('dataiku')).toMatchObject({ access_token: knownKeys.personal });
    expect(await scene.grants.token('dataiku@other')).toMatchObject({ access_token: knownKeys.project });
    expect(await scene.config()).toMatch(/^# mine\naccounts:\n {2}# first\n {2}lab: .*\n {2}dataiku:\n/);
    const rest = text.replaceAll(/, {2}"api_key": "[^"]*"/g, '');
    expect(await scene.read('.dataiku/config.json')).toBe(rest);
    expect(await scene.mode('.dataiku/config.json')).toBe(0o640);
    for (const key of [knownKeys.personal, knownKeys.project]) expect(scene.seen).not.toContain(key);
  });

  it('keeps nothing of a key that is refused, and goes on with the next', async () => {
    await using scene = await ImportScene.create();
    const text = instances({ bad: 'dkuaps-unknown-key', good: knownKeys.personal });
    await scene.write('.dataiku/config.json', text);
    const { status, stdout, stderr } = await scene.run(['import', 'dataiku', '--yes', '--remove']);
    expect(status).toBe(5);
    expect(stderr).toMatch(/dataiku@bad: not taken over; .*nothing was stored/);
    expect(stdout).toContain('dataiku@good: tried and kept.');
    expect(await scene.config()).not.toContain('dataiku@bad');
    expect(await scene.read('.dataiku/config.json')).toBe(text.replace(`,  "api_key": "${knownKeys.personal}"`, ''));
    expect(await scene.grants.stored('dataiku@bad')).toBe('{}');
    expect(scene.seen).not.toMatch(/dkuaps-unknown-key/);
    expect((await scene.grants.broker.status()).logins).toEqual([]);
  });

  it('keeps nothing where the service cannot be reached', async () => {
    await using scene = await ImportScene.create();
    const text = 'OAUTH_CLIENT_ID=robot\nOAUTH_CLIENT_SECRET=far-away\nOAUTH_AUTH_URL=http://127.0.0.1:9/token\n';
    await scene.write('.env', text);
    const { status, stderr } = await scene.run(['import', 'env', '.env', '--yes', '--remove']);
    expect(status).toBe(6);
    expect(stderr).toContain('oauth: not taken over');
    expect(await scene.config()).not.toContain('oauth');
    expect(await scene.read('.env')).toBe(text);
    expect(scene.seen).not.toContain('far-away');
  });

  it('takes client secrets and tokens out of a .env file', async () => {
    row('L10', 'A8');
    await using scene = await ImportScene.create();
    const { servicePrincipal, pat } = workspace.people;
    const text = `# app
DATABRICKS_HOST=${workspace.url}
DATABRICKS_TOKEN=${pat}
export OAUTH_CLIENT_ID='${auth0.client.id}'
OAUTH_CLIENT_SECRET="${auth0.client.secret}"   # rotate me
OAUTH_AUTH_URL=${auth0.tokenEndpoint}
OAUTH_AUDIENCE=crisp-athena-live
M2M_DATABRICKS_HOST=${workspace.url}
M2M_DATABRICKS_CLIENT_ID=${servicePrincipal.clientId}
M2M_DATABRICKS_CLIENT_SECRET=${servicePrincipal.secret}
PORT=8080
`;
    await scene.write('app/.env', text);
    const { status, stderr } = await scene.run(['import', 'env', 'app/.env', '--yes', '--remove', '--store', 'memory']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await scene.read('app/.env')).toBe(
      text.replace(/^(?:DATABRICKS_TOKEN|OAUTH_CLIENT_SECRET|M2M_DATABRICKS_CLIENT_SECRET)=.*\n/gm, ''),
    );
    expect(await scene.grants.token('databricks')).toMatchObject({ access_token: pat });
    expect(await scene.grants.token('athena')).toMatchObject({ access_token: auth0.issued.at(-1) });
    expect((await scene.grants.token('databricks@m2m')).access_token).toMatch(/^ey/);
    expect((await scene.config()).match(/store: memory/g)).toHaveLength(3);
    for (const secret of [pat, auth0.client.secret, servicePrincipal.secret]) expect(scene.seen).not.toContain(secret);
  });

  it('reads what env prints, and cannot remove that', async () => {
    await using scene = await ImportScene.create();
    const stdin = `DATAIKU_HOST=${dataiku.url}\nDATAIKU_API_KEY=${knownKeys.personal}\n`;
    const shown = await scene.run(['import', 'env', '-'], { stdin });
    expect(shown).toMatchObject({ status: 0, stdout: expect.stringContaining('keytray import env - --yes') });
    const { status, stdout, stderr } = await scene.run(['import', 'env', '-', '--yes', '--remove', '--json'], {
      stdin,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      source: 'env',
      found: [{ account: 'dataiku', secrets: ['api_key'], outcome: 'kept', removed: false }],
    });
    expect(scene.seen).not.toContain(knownKeys.personal);
  });

  it('never writes over an account: another gets a label, the same one is left alone', async () => {
    const config = 'accounts:\n  dataiku: { service: dataiku, url: "https://dss.example" }\n';
    await using scene = await ImportScene.create(config);
    await scene.write('.dataiku/config.json', instances({ default: knownKeys.personal }));
    await scene.run(['import', 'dataiku', '--yes']);
    expect(await scene.grants.token('dataiku@imported')).toMatchObject({ access_token: knownKeys.personal });
    const before = await scene.config();
    expect(before.startsWith(config)).toBe(true);
    const again = await scene.run(['import', 'dataiku', '--yes', '--remove']);
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(again.stdout).toContain('is there already');
    expect(await scene.config()).toBe(before);
    expect(await scene.read('.dataiku/config.json')).toContain(knownKeys.personal);
  });

  it('needs a broker before it writes anything', async () => {
    await using scene = await ImportScene.create();
    await scene.write('.dataiku/config.json', instances({ default: knownKeys.personal }));
    const env = { KEYTRAY_SOCKET: scene.path('nobody.sock') };
    expect((await scene.run(['import', 'dataiku'], { env })).status).toBe(0);
    expect((await scene.run(['import', 'dataiku', '--yes'], { env })).status).toBe(3);
    expect(await scene.config()).toBe('accounts: {}\n');
  });

  it('adds what needs no secret, and says which sign-in is left', async () => {
    await using scene = await ImportScene.create();
    await scene.write('.databrickscfg', `[me]\nhost = ${workspace.url}\nauth_type = databricks-cli\n`);
    await scene.write('config/gh/hosts.yml', 'github.com:\n    user: kim\n');
    const databricks = await scene.run(['import', 'databricks', '--yes']);
    expect(databricks).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Then: keytray login databricks@me'),
    });
    const gh = await scene.run(['import', 'gh', '--yes']);
    expect(gh).toMatchObject({ status: 0, stdout: expect.stringContaining('github: added.') });
    expect(await scene.config()).toContain('- gh\n');
  });

  it('leaves the token cache of the Databricks command line alone, and says so', async () => {
    await using scene = await ImportScene.create();
    const cache = JSON.stringify({
      version: 1,
      tokens: { [workspace.url]: { refresh_token: 'doau-not-to-be-taken' } },
    });
    await scene.write('.databrickscfg', `[me]\nhost = ${workspace.url}\nauth_type = databricks-cli\n`);
    await scene.write('.databricks/token-cache.json', cache, 0o600);
    const note = 'the sign-ins of the Databricks command line stay in its token cache; sign in once with keytray login';
    expect(await scene.run(['import', 'databricks'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(note),
    });
    const kept = await scene.run(['import', 'databricks', '--yes', '--remove']);
    expect(kept).toMatchObject({ status: 0, stdout: expect.stringContaining(note) });
    expect(await scene.read('.databricks/token-cache.json')).toBe(cache);
    expect(scene.seen + (await scene.config())).not.toContain('doau-not-to-be-taken');
  });

  it('asks on a terminal, and takes anything but a yes for a no', async () => {
    await using scene = await ImportScene.create();
    await scene.write('.dataiku/config.json', instances({ default: knownKeys.personal }));
    const no = await onTerminal(scene.sandbox, 'import dataiku', '[y/N]', 'no\r');
    expect(no).toMatchObject({ status: 0, screen: expect.stringContaining('Nothing was changed.') });
    expect(await scene.config()).toBe('accounts: {}\n');
    const yes = await onTerminal(scene.sandbox, 'import dataiku --remove', '[y/N]', 'y\r');
    expect(yes.screen).toContain('and remove the secrets where they were found?');
    expect(yes).toMatchObject({ status: 0, screen: expect.stringContaining('dataiku: tried and kept.') });
    expect(await scene.read('.dataiku/config.json')).not.toContain(knownKeys.personal);
    expect(no.screen + yes.screen + scene.seen).not.toContain(knownKeys.personal);
  });

  it('says where it looked', async () => {
    await using scene = await ImportScene.create();
    for (const source of ['dataiku', 'databricks', 'quilt', 'gh', 'glab', 'aws-sso', 'oidc-agent', 'gcm']) {
      const { status, stderr } = await scene.run(['import', source]);
      expect({ source, status }).toEqual({ source, status: 0 });
      expect(stderr).toContain(`looked for ${scene.sandbox.home}`);
    }
  });

  it.each([
    [['import', 'nothing'], /'nothing' is no source; choose one of: env, dataiku/],
    [['import', 'env'], /no file named/],
    [['import', 'gh', 'x'], /too many arguments/],
    [['import', 'env', 'absent'], /absent is not there/],
  ])('refuses %j', async (args, why) => {
    await using scene = await ImportScene.create();
    const { status, stderr } = await scene.run(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(why);
  });
});

const env = 'DATAIKU_HOST=https://dss.example\nDATAIKU_API_KEY=dkuaps-not-read\n';

describe('a file that is not to be trusted', () => {
  needsRoot('because another user laid the link to it is refused', async () => {
    await using scene = await ImportScene.create();
    await scene.write('real.env', env);
    await symlink(scene.path('real.env'), scene.path('.env'));
    await lchown(scene.path('.env'), otherUid, otherUid);
    const { status, stderr } = await scene.run(['import', 'env', '.env', '--yes']);
    expect(status).toBe(2);
    expect(stderr).toContain(`is a link that belongs to uid ${otherUid}`);
  });

  it.each([
    [
      'others may write',
      async (scene: ImportScene) => void (await scene.write('.env', env, 0o666)),
      /others can write/,
    ],
    ['is a folder', async (scene: ImportScene) => void (await scene.write('.env/x', env)), /not a regular file/],
    [
      'is huge',
      async (scene: ImportScene) => void (await scene.write('.env', `${env}#${'x'.repeat(1_100_000)}`)),
      /larger than 1 MiB/,
    ],
    [
      'is not text',
      async (scene: ImportScene) => await writeFile(scene.path('.env'), Buffer.from([0xff, 0xfe, 0x41])),
      /not UTF-8 text/,
    ],
    [
      'leads to a device',
      async (scene: ImportScene) => await symlink('/dev/zero', scene.path('.env')),
      /not a regular file/,
    ],
  ])('because it %s is refused', async (_, make, why) => {
    await using scene = await ImportScene.create();
    await make(scene);
    const { status, stdout, stderr } = await scene.run(['import', 'env', '.env', '--yes']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(why);
    expect(stderr).not.toContain('dkuaps');
    expect(await scene.config()).toBe('accounts: {}\n');
  });
});
