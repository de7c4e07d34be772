import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpsStub, startHttpsStub } from '../../support/https-stub.ts';
import { program } from '../../support/keytray.ts';
import { needsProgram } from '../../support/needs-program.ts';
import { runToEnd } from '../../support/processes.ts';
import { startToolScene, type ToolScene } from '../../support/tool-scene.ts';
import { zipOf } from '../../support/zip.ts';

let folder: string;
let registry: HttpsStub;
let scene: ToolScene;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'keytray-terraform-'));
  registry = await startHttpsStub(folder, async (request, response) => {
    const { url = '', headers } = request;
    if (url.startsWith('/archive.zip')) {
      response.end(zipOf({ 'main.tf': 'output "word" {\n  value = "hello"\n}\n' }));
    } else if (!(await scene.accepts(headers.authorization))) {
      response.writeHead(401).end();
    } else if (url.endsWith('/1.0.0/download')) {
      response.writeHead(204, { 'X-Terraform-Get': `${registry.url}/archive.zip` }).end();
    } else {
      response.setHeader('Content-Type', 'application/json');
      const versions = { modules: [{ versions: [{ version: '1.0.0' }] }] };
      response.end(JSON.stringify(url.startsWith('/.well-known/') ? { 'modules.v1': '/v1/modules/' } : versions));
    }
  });
  scene = await startToolScene(`terraform: [${registry.host}]`);
  const plugins = path.join(scene.folder, '.terraform.d/plugins');
  await mkdir(plugins, { recursive: true });
  await symlink(program('terraform-credentials-keytray'), path.join(plugins, 'terraform-credentials-keytray'));
  await writeFile(path.join(scene.folder, 'terraformrc'), 'credentials_helper "keytray" {\n  args = []\n}\n');
});

afterAll(async () => {
  await scene.close();
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

async function terraform(name: string, host: string, more: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const work = path.join(scene.folder, name);
  await mkdir(work, { recursive: true });
  await writeFile(path.join(work, 'main.tf'), `module "lab" {\n  source = "${host}/team/hello/lab"\n}\n`);
  const env = {
    ...scene.env,
    TF_CLI_CONFIG_FILE: path.join(scene.folder, 'terraformrc'),
    SSL_CERT_FILE: registry.certificate.file,
    CHECKPOINT_DISABLE: '1',
    ...more,
  };
  const before = registry.requests.length;
  const finished = await runToEnd('terraform', [...args, '-no-color'], { cwd: work, env });
  return { ...finished, work, requests: registry.requests.slice(before) };
}

describe('terraform', () => {
  needsProgram('terraform', 'fetches a module of a private registry', async () => {
    const { status, stderr, work, requests } = await terraform('listed', registry.host, {}, 'get');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await readFile(path.join(work, '.terraform/modules/modules.json'), 'utf8')).toContain('1.0.0');
    const archive = requests.filter(({ path: asked }) => asked.startsWith('/archive.zip'));
    expect(archive.length).toBeGreaterThan(0);
    expect(archive.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  needsProgram('terraform', 'gets nothing for another port of the same host', async () => {
    const certificates = path.join(folder, 'other');
    await mkdir(certificates);
    const other = await startHttpsStub(certificates, async (_, response) => void response.writeHead(401).end());
    const { status } = await terraform('unlisted', other.host, { SSL_CERT_FILE: other.certificate.file }, 'get');
    await other.close();
    expect(status).toBe(1);
    expect(other.requests.length).toBeGreaterThan(0);
    expect(other.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });

  needsProgram('terraform', 'signs out without the broker doing so', async () => {
    expect(await terraform('listed', registry.host, {}, 'logout', registry.host)).toMatchObject({ status: 0 });
    expect((await scene.keytray.run(['token', 'lab'])).status).toBe(0);
  });
});

describe('the program terraform runs', () => {
  const ask = (...args: readonly string[]) =>
    runToEnd(program('terraform-credentials-keytray'), args, { env: scene.env, cwd: scene.folder });

  it('answers for what is listed', async () => {
    const { status, stdout, stderr } = await ask('get', registry.host);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await scene.accepts(`Bearer ${JSON.parse(stdout).token}`)).toBe(true);
  });

  it('has nothing for others', async () => {
    expect(await ask('get', 'registry.terraform.io')).toEqual({ status: 0, stdout: '{}\n', stderr: '' });
  });

  it('refuses to store what would be lost', async () => {
    expect(await ask('store', 'registry.terraform.io')).toMatchObject({ status: 1, stdout: '' });
  });
});
