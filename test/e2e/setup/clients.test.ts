import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { parse } from 'yaml';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../support/authorization-server.ts';
import { type HttpsStub, type StubRequest, startHttpsStub } from '../../support/https-stub.ts';
import { createKeytray, type Keytray, program, repository } from '../../support/keytray.ts';
import { needsProgram } from '../../support/needs-program.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { type PackedProgram, unpackedProgram } from '../../support/packed-program.ts';
import { type Finished, runToEnd } from '../../support/processes.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';
import { type StubSts, startStubSts } from '../../support/stub-sts.ts';
import { wrapTrixie } from '../../support/trixie-wrapper.ts';

const role = 'arn:aws:iam::123456789012:role/deploy';
const pnpm10: PackedProgram = {
  name: 'pnpm',
  version: '10.34.9',
  integrity: 'sha512-9JtajqD97bRLs8DB1ldQkqU8KVDZW3rRXfEfF5dId6LeOgHAfpNOmyjOcW5RwJqUlixzBtCb4uHksYqMh2L9Mg==',
};
const families = ['docker', 'kubernetes', 'cargo', 'pip', 'terraform', 'go', 'npm', 'bazel'];

let folder: string;
let server: RunningAuthorizationServer;
let stub: HttpsStub;
let sts: StubSts;
let keytray: Keytray;
let env: NodeJS.ProcessEnv;
let home: string;

/** Bearer, or Basic with the token as password. */
function tokenIn(authorization: string | undefined): string {
  const [scheme, value = ''] = (authorization ?? '').split(' ');
  if (scheme !== 'Basic') return value;
  return Buffer.from(value, 'base64')
    .toString()
    .replace(/^[^:]*:/, '');
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'keytray-set-up-'));
  server = await startAuthorizationServer();
  stub = await startHttpsStub(folder, async (request, response) => {
    const { url = '', headers } = request;
    const scheme = url.startsWith('/v2/') || url.startsWith('/simple/') ? 'Basic' : 'Bearer';
    const { active } = await server.introspect(tokenIn(headers.authorization) || 'none');
    response.writeHead(active ? 200 : 401, {
      'Content-Type': 'application/json',
      ...(active ? {} : { 'WWW-Authenticate': `${scheme} realm="lab"` }),
    });
    const answers: Readonly<Record<string, object>> = {
      '/version': { major: '1', minor: '32', gitVersion: 'v1.32.0' },
      '/index/config.json': { dl: `${stub.url}/dl`, api: stub.url, 'auth-required': true },
      '/api/v1/crates/demo/owners': { users: [{ id: 1, login: 'ada', name: 'Ada' }] },
      '/.well-known/terraform.json': { 'modules.v1': '/v1/modules/' },
    };
    response.end(active ? JSON.stringify(answers[url.split('?')[0] ?? ''] ?? {}) : '{}');
  });
  sts = await startStubSts({ roles: [role] });
  keytray = await createKeytray();
  home = path.join(keytray.folder, 'home');
  const hosts = families.map((family) => `    ${family}: ['${stub.host}']\n`).join('');
  await keytray.configure(
    labConfig({ issuer: server.issuer, more: `${hosts}    aws: ['${role}']\n    aws_sts_endpoint: ${sts.url}\n` }),
  );
  await keytray.startAgent();
  expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });

  const bin = path.join(keytray.folder, 'bin');
  for (const name of ['docker', 'kubectl', 'cargo', 'go', 'aws'] as const) await wrapTrixie(bin, name);
  const { certificate } = stub;
  env = {
    ...keytray.env,
    PATH: [bin, path.join(repository, 'out/bin'), path.join(repository, 'out/libexec'), keytray.env.PATH].join(':'),
    SSL_CERT_FILE: certificate.file,
    CARGO_HTTP_CAINFO: certificate.file,
    PIP_CERT: certificate.file,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    GOPROXY: stub.url,
    GONOSUMDB: '*',
    GOTOOLCHAIN: 'local',
    GOTELEMETRY: 'off',
    CHECKPOINT_DISABLE: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_REGION: 'us-east-1',
    AWS_PAGER: '',
  };
});

afterAll(async () => {
  await keytray.close();
  await stub.close();
  await sts.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (name: string, ...args: readonly string[]): Promise<Finished> => runToEnd(name, args, { env, cwd: home });

async function write(name: string, text: string): Promise<void> {
  const file = path.join(home, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** Sets the tool up as a person does, runs it, and returns what it asked our server meanwhile. */
async function afterSetup(tool: string, work: () => Promise<Finished>) {
  const setup = await runToEnd(program('keytray'), ['setup', tool], { env, cwd: home });
  expect(setup).toMatchObject({ status: 0 });
  const before = stub.requests.length;
  const finished = await work();
  const requests: readonly StubRequest[] = stub.requests.slice(before);
  const answered = requests.filter(({ status }) => status === 200).map((request) => request.path);
  return { setup, finished, answered };
}

describe('what keytray setup writes is what the real client reads', () => {
  needsRoot('docker', async () => {
    await write('.docker/config.json', '{"auths":{}}\n');
    const inspect = () => run('docker', 'manifest', 'inspect', '--insecure', `${stub.host}/x/y:latest`);
    const { setup, answered } = await afterSetup('docker', inspect);
    expect(setup.stderr).toBe('');
    expect(answered).toContain('/v2/x/y/manifests/latest');
  });

  needsRoot('kubectl', async () => {
    const cluster = `{server: "${stub.url}", certificate-authority: "${stub.certificate.file}"}`;
    await write(
      '.kube/config',
      `apiVersion: v1\nkind: Config\ncurrent-context: lab\nclusters:\n- name: lab\n  cluster: ${cluster}\ncontexts:\n- name: lab\n  context:\n    cluster: lab\n    user: nobody\n`,
    );
    const { finished } = await afterSetup('kubernetes', () => run('kubectl', 'get', '--raw', '/version'));
    expect(finished).toMatchObject({ status: 0, stderr: '' });
    expect(finished.stdout).toContain('v1.32.0');
  });

  needsRoot('cargo', async () => {
    await write('.cargo/config.toml', `[registries.lab]\nindex = "sparse+${stub.url}/index/"\n`);
    const owners = () => run('cargo', 'owner', '--list', '--registry', 'lab', 'demo');
    const { finished, answered } = await afterSetup('cargo', owners);
    expect(finished).toMatchObject({ status: 0 });
    expect(finished.stdout).toContain('ada (Ada)');
    expect(answered).toEqual(['/index/config.json', '/api/v1/crates/demo/owners']);
  });

  needsRoot('go', async () => {
    const { finished, answered } = await afterSetup('go', () => run('go', 'list', '-m', '-versions', 'lab.example/x'));
    expect(answered).toContain('/lab.example/x/@v/list');
    expect(finished.stderr).not.toContain('401');
    const { stdout } = await run('go', 'env', 'GOAUTH');
    expect(stdout).toBe(`${program('keytray')} helper go get; netrc\n`);
  });

  needsRoot('aws', async () => {
    const whoAmI = ['sts', 'get-caller-identity', '--query=Arn', '--output=text', '--profile=keytray-deploy'];
    const { finished } = await afterSetup('aws', () => run('aws', ...whoAmI));
    expect(finished).toMatchObject({ status: 0, stderr: '' });
    expect(finished.stdout).toMatch(/assumed-role\/deploy\//);
  });

  needsRoot('pip', async () => {
    const index = `https://oauth2@${stub.host}/simple/`;
    const download = () => run('/usr/bin/pip3', 'download', '--no-deps', '--index-url', index, 'x');
    const { setup, answered } = await afterSetup('pip', download);
    expect(setup.stderr).toBe('');
    expect(answered).toContain('/simple/x/');
  });

  needsRoot('pnpm', async () => {
    const pnpm = path.join(await unpackedProgram(pnpm10), 'bin/pnpm.cjs');
    await write('project/package.json', '{"name":"user","private":true,"dependencies":{"demo":"1.0.0"}}\n');
    await write('.npmrc', `registry=${stub.url}/\nfetch-retries=0\n`);
    const cwd = path.join(home, 'project');
    const more = { NODE_EXTRA_CA_CERTS: stub.certificate.file, XDG_CACHE_HOME: folder, XDG_DATA_HOME: folder, CI: '1' };
    const install = () => runToEnd(process.execPath, [pnpm, 'install'], { env: { ...env, ...more }, cwd });
    const { answered } = await afterSetup('npm', install);
    expect(answered).toContain('/demo');
  });

  needsProgram('terraform', 'terraform', async () => {
    await write('main.tf', `module "lab" {\n  source = "${stub.host}/team/hello/lab"\n}\n`);
    const { finished, answered } = await afterSetup('terraform', () => run('terraform', 'get', '-no-color'));
    expect(finished.stderr).not.toContain('401');
    expect(answered).toContain('/.well-known/terraform.json');
  });

  needsRoot(
    'and the list says that they work, and uninstall takes it back from what the clients made of it',
    async () => {
      const listed = await runToEnd(program('keytray'), ['setup', '--json'], { env, cwd: home });
      const states: readonly { tool: string; works?: string }[] = JSON.parse(listed.stdout);
      const works = states.filter((state) => state.works === 'yes').map(({ tool }) => tool);
      expect(works).toEqual(expect.arrayContaining(['docker', 'kubernetes', 'aws', 'cargo', 'go']));

      // Each rewrites its file in a way of its own.
      const rewritten = [
        await run('kubectl', 'config', 'set-context', 'lab', '--namespace=team'),
        await run('go', 'env', '-w', 'GOFLAGS=-mod=mod'),
        await run('aws', 'configure', 'set', 'region', 'eu-west-1', '--profile=keytray-deploy'),
        await run('/usr/bin/pip3', 'config', 'set', 'global.timeout', '60'),
        await run('docker', 'logout', 'registry.example'),
      ];
      expect(rewritten.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);

      const uninstalled = await runToEnd(program('keytray'), ['uninstall'], { env, cwd: home });
      expect(uninstalled).toMatchObject({ status: 0, stderr: '' });
      const read = (name: string) => readFile(path.join(home, name), 'utf8');
      expect(await read('.cargo/config.toml')).not.toContain('keytray');
      expect(parse(await read('.kube/config'))).toMatchObject({
        contexts: [{ name: 'lab', context: { cluster: 'lab', namespace: 'team', user: 'nobody' } }],
        users: [],
      });
      expect(await read('.config/go/env')).toBe('GOFLAGS=-mod=mod\n');
      expect(await read('.aws/config')).toBe('[profile keytray-deploy]\nregion = eu-west-1\n');
      expect((await read('.config/pip/pip.conf')).trim()).toBe('[global]\ntimeout = 60');
      expect(JSON.parse(await read('.docker/config.json'))).not.toHaveProperty('credHelpers');
    },
  );
});
