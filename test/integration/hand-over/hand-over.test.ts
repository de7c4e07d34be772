import { execFileSync } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { ImportScene } from '../../support/import-scene.ts';
import { StubPrograms } from '../../support/stub-programs.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

const key = knownKeys.personal;
let dataiku: Dataiku;
let scene: ImportScene;
let programs: StubPrograms;
beforeAll(async () => {
  dataiku = await startDataiku();
});
afterAll(() => dataiku.close());
beforeEach(async () => {
  programs = await StubPrograms.create();
  scene = await ImportScene.create(
    `accounts:\n  dataiku@prod: { service: dataiku, url: "${dataiku.url}" }\n  web: { service: oauth, client_id: a, authorization_endpoint: "https://a.example/a", token_endpoint: "https://a.example/t" }\n`,
  );
  await scene.grants.enter({ api_key: key }, 'dataiku@prod');
});
afterEach(async () => {
  await scene[Symbol.asyncDispose]();
  await programs[Symbol.asyncDispose]();
});

/** A program that notes its arguments, its environment and what it reads, opening standard input by its name. */
const recorder = (name: string, reads = 'cat /dev/stdin') =>
  programs.write(name, `env > "${programs.folder}/${name}.env"\n${reads} >> "${programs.folder}/${name}.stdin"`);
const noted = (name: string, what: 'stdin' | 'env') => readFile(join(programs.folder, `${name}.${what}`), 'utf8');
const handOver = (...args: readonly string[]) =>
  scene.run(['hand-over', 'dataiku@prod', ...args], { env: { PATH: programs.path } });

describe('keytray hand-over', () => {
  it.each<[string, readonly string[], string]>([
    ['gh', ['github', 'acme/api'], 'secret set DATAIKU_API_KEY --repo acme/api'],
    ['databricks', ['databricks', 'scope', 'key'], 'secrets put-secret scope key'],
  ])('gives %s the key on standard input, and nowhere else', async (program, words, argv) => {
    row('L18', 'Q9');
    await recorder(program, 'cat');
    const { status, stdout, stderr } = await handOver(...words, '--yes');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`${program} ${argv}`);
    expect(await programs.runs(program)).toEqual([argv]);
    expect(await noted(program, 'stdin')).toBe(key);
    expect((await noted(program, 'env')) + scene.seen).not.toContain(key);
  });

  it('makes a secret of AWS, or another version of one that is there', async () => {
    row('Q9');
    const reads = 'case "$2" in describe-secret) test -e "$HOME/there"; exit;; esac\ncat /dev/stdin';
    await recorder('aws', reads);
    expect((await handOver('aws-secrets-manager', 'prod/dss', '--yes')).status).toBe(0);
    await writeFile(scene.path('there'), '');
    expect((await handOver('aws-secrets-manager', 'prod/dss', '--yes')).status).toBe(0);
    expect(await programs.runs('aws')).toEqual([
      'secretsmanager describe-secret --secret-id prod/dss',
      'secretsmanager create-secret --name prod/dss --secret-string file:///dev/stdin',
      'secretsmanager describe-secret --secret-id prod/dss',
      'secretsmanager put-secret-value --secret-id prod/dss --secret-string file:///dev/stdin',
    ]);
    expect(await noted('aws', 'stdin')).toBe(key + key);
    expect((await noted('aws', 'env')) + scene.seen).not.toContain(key);
  });

  it('applies a secret of Kubernetes', async () => {
    row('Q23');
    await programs.write(
      'kubectl',
      `env >> "${programs.folder}/kubectl.env"\ncase "$1" in create) printf 'kind: Secret # '; exec cat /dev/stdin;; esac\ncat > "${programs.folder}/kubectl.stdin"`,
    );
    const { status, stdout } = await handOver('kubectl', 'dss', '--namespace', 'apps', '--as', 'key', '--yes');
    expect(status).toBe(0);
    expect(await programs.runs('kubectl')).toEqual([
      'create secret generic dss --namespace apps --from-file=key=/dev/stdin --dry-run=client -o yaml',
      'apply --server-side --field-manager=keytray --namespace apps -f -',
    ]);
    expect(await noted('kubectl', 'stdin')).toBe(`kind: Secret # ${key}`);
    expect((await noted('kubectl', 'env')) + stdout + scene.seen).not.toContain(key);
  });

  it('does nothing where nobody agreed', async () => {
    await recorder('gh');
    const { status, stdout, stderr } = await handOver('github', 'acme/api');
    expect(status).toBe(2);
    expect(stdout).toContain('gh secret set DATAIKU_API_KEY --repo acme/api');
    expect(stderr).toContain('--yes');
    expect(await programs.runs('gh')).toEqual([]);
  });

  it('says how a program failed, and which is missing', async () => {
    await programs.write('gh', 'echo "HTTP 404" >&2; exit 4');
    const failed = await handOver('github', 'acme/api', '--yes');
    expect(failed).toMatchObject({ status: 1, stderr: expect.stringMatching(/HTTP 404\n.*gh ended with status 4/s) });
    const missing = await handOver('databricks', 's', 'k', '--yes');
    expect(missing).toMatchObject({ status: 1, stderr: expect.stringContaining('Install databricks') });
    expect(scene.seen).not.toContain(key);
  });

  it.each([
    [['hand-over', 'nobody', 'github', 'a/b'], 8, /there is no account named/],
    [['hand-over', 'web', 'github', 'a/b'], 2, /tokens of web end by themselves/],
    [['hand-over', 'dataiku@prod', 'github', '--yes'], 2, /something is missing/],
    [['hand-over', 'dataiku@prod', 'vault', 'x'], 2, /choose one of: github/],
    [['hand-over', 'dataiku@prod', 'github', 'a/b', '--namespace', 'x'], 2, /--namespace is for kubectl/],
    [['export', 'dataiku', 'web'], 2, /end by themselves/],
  ])('refuses %j', async (args, exit, why) => {
    const { status, stderr } = await scene.run(args);
    expect(status).toBe(exit);
    expect(stderr).toMatch(why);
  });
});

describe('keytray hand-over ACCOUNT env', () => {
  it('writes a file for its owner alone, and replaces a former value', async () => {
    row('Q9');
    await scene.write('app.env', '# mine\nDATAIKU_API_KEY=old\nB=2', 0o644);
    const { status, stdout } = await handOver('env', 'app.env', '--yes');
    expect(status).toBe(0);
    expect(stdout).toContain('app.env (mode 0600)');
    expect(await scene.read('app.env')).toBe(`# mine\nB=2\nDATAIKU_API_KEY=${key}\n`);
    expect(await scene.mode('app.env')).toBe(0o600);
    expect((await handOver('env', 'new.env', '--as', 'KEY', '--yes')).status).toBe(0);
    expect(await scene.read('new.env')).toBe(`KEY=${key}\n`);
    expect(await scene.mode('new.env')).toBe(0o600);
    expect(scene.seen).not.toContain(key);
  });

  it('asks the repository that the file is in, whatever a hook of another one says', async () => {
    for (const name of ['repo', 'other']) execFileSync('git', ['init', '--quiet', scene.path(name)]);
    const env = { PATH: programs.path, GIT_DIR: scene.path('other/.git'), GIT_WORK_TREE: scene.path('other') };
    const refused = await scene.run(['hand-over', 'dataiku@prod', 'env', 'repo/.env', '--yes'], { env });
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('git does not ignore') });
  });

  it('writes none where git does not tell', async () => {
    await mkdir(scene.path('broken'));
    await writeFile(scene.path('broken/.git'), 'gitdir: nowhere\n');
    const refused = await handOver('env', 'broken/.env', '--yes');
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('git does not say') });
    await expect(stat(scene.path('broken/.env'))).rejects.toThrow();
  });

  it('writes none that git would commit', async () => {
    const folder = scene.path('repo');
    await mkdir(folder);
    execFileSync('git', ['init', '--quiet', folder]);
    const refused = await handOver('env', 'repo/.env', '--yes');
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/git does not ignore .*\n.*\.gitignore/),
    });
    await expect(stat(join(folder, '.env'))).rejects.toThrow();
    await writeFile(join(folder, '.gitignore'), '.env\n');
    expect((await handOver('env', 'repo/.env', '--yes')).status).toBe(0);
    expect(await scene.read('repo/.env')).toBe(`DATAIKU_API_KEY=${key}\n`);
  });

  it('writes nothing through a file that others may write', async () => {
    await scene.write('open.env', 'A=1\n', 0o666);
    const { status, stderr } = await handOver('env', 'open.env', '--yes');
    expect(status).toBe(2);
    expect(stderr).toContain('others can write');
    expect(await scene.read('open.env')).toBe('A=1\n');
  });
});

describe('keytray export dataiku', () => {
  const config = '.dataiku/config.json';
  const run = (...args: readonly string[]) => scene.run(['export', 'dataiku', 'dataiku@prod', ...args]);

  it('writes the file that Dataiku’s clients read', async () => {
    row('D25');
    const asked = await run();
    expect(asked).toMatchObject({ status: 2, stdout: expect.stringContaining(`${scene.path(config)} (mode 0600)`) });
    await expect(stat(scene.path('.dataiku'))).rejects.toThrow();
    const { status, stdout, stderr } = await run('--yes');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('It is on the disk then');
    expect(JSON.parse(await scene.read(config))).toEqual({
      dss_instances: { prod: { url: dataiku.url, api_key: key } },
      default_instance: 'prod',
    });
    expect(await scene.mode(config)).toBe(0o600);
    expect(await scene.mode('.dataiku')).toBe(0o700);
    expect(scene.seen).not.toContain(key);
  });

  it('leaves other instances alone, and closes the file', async () => {
    const other = { url: 'https://other.example', api_key: 'dkuaps-other', x: 1 };
    await scene.write(
      config,
      JSON.stringify({ dss_instances: { default: other }, default_instance: 'default' }),
      0o644,
    );
    expect((await run('--yes')).status).toBe(0);
    expect(JSON.parse(await scene.read(config))).toEqual({
      dss_instances: { default: other, prod: { url: dataiku.url, api_key: key } },
      default_instance: 'default',
    });
    expect(await scene.mode(config)).toBe(0o600);
    const taken = await run('--as', 'default', '--yes');
    expect(taken).toMatchObject({ status: 2, stderr: expect.stringMatching(/at another address\n.*--as NAME/) });
    expect(scene.seen).not.toContain(key);
  });

  it('is read back by import', async () => {
    await run('--yes');
    const { stdout } = await scene.run(['import', 'dataiku']);
    expect(stdout).toContain('dataiku@prod');
    expect(stdout).toContain('is there already');
  });
});
