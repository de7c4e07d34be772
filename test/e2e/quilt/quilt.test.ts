import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { layCheapFile } from '../../support/cheap-file.ts';
import { createKeytray, type Keytray, program, repository } from '../../support/keytray.ts';
import { type ProcessWatch, watchProcesses } from '../../support/process-watch.ts';
import { runToEnd } from '../../support/processes.ts';
import { StubPrograms } from '../../support/stub-programs.ts';
import { type Quilt, startQuilt, tokenPath } from '../../support/vendors/quilt/quilt.ts';

const document = readFileSync(path.join(repository, 'docs/services/quilt.md'), 'utf8');

/** The first shell line below a heading of the document. */
function recipe(heading: string): string {
  const below = document.split('\n### ').find((section) => section.startsWith(`${heading}\n`));
  const code = /```sh\n(.*?)\n```/s.exec(below ?? '')?.[1];
  if (code === undefined) throw new Error(`there is no recipe for ${heading}`);
  return code;
}

describe('Quilt, from the first paste to the last container', () => {
  const passphrase = 'correct horse battery staple';
  let secretFolder: string;
  let quilt: Quilt;
  let keytray: Keytray;
  let stubs: StubPrograms;
  let processes: ProcessWatch;
  let key: string;
  let code: string;
  const said: string[] = [];

  beforeAll(async () => {
    secretFolder = await mkdtemp(path.join(tmpdir(), 'keytray-passphrase-'));
    const file = path.join(secretFolder, 'passphrase');
    await writeFile(file, `${passphrase}\n`, { mode: 0o600 });
    quilt = await startQuilt();
    stubs = await StubPrograms.create();
    keytray = await createKeytray({ KEYTRAY_PASSPHRASE_FILE: file, KEYTRAY_LOG_LEVEL: 'debug' });
    await layCheapFile(path.join(keytray.folder, 'state', 'keytray'), passphrase);
    const common = `service: quilt, url: "${quilt.url}", store: encrypted-file`;
    await keytray.configure(`accounts:\n  quilt@acme: { ${common} }\n  quilt@ci: { ${common}, grant: api_key }\n`);
    processes = watchProcesses();
    await keytray.startAgent();
    key = quilt.addKey('ci-github-prod', 90).secret;
    code = quilt.newCode();
  });
  afterAll(async () => {
    processes.stop();
    await keytray.close();
    await stubs[Symbol.asyncDispose]();
    await quilt.close();
    await rm(secretFolder, { recursive: true });
  });

  const run = async (args: readonly string[], input = '') => {
    const ran = await keytray.run(args, { input });
    said.push(ran.stdout, ran.stderr);
    return ran;
  };
  /** A recipe as it stands in the document, with stubs for the programs that are not ours; `more` goes to its end. */
  const follow = async (heading: string, more = '') => {
    const line = recipe(heading).replace('/opt/keytray/bin/', '') + more;
    const PATH = `${path.dirname(program('keytray'))}:${stubs.path}`;
    return await runToEnd('sh', ['-c', line], { env: { ...keytray.env, PATH }, cwd: keytray.folder });
  };

  it('takes the code as one line', async () => {
    quilt.switches.accessTokenLife = 1;
    expect(await run(['login', 'quilt@acme'], `${code}\n`)).toMatchObject({
      status: 0,
      stdout: 'Signed in to Quilt (acme) as kim@example.com.\n',
    });
  });

  it('renews a session that has ended once for fifty callers', async () => {
    quilt.switches.accessTokenLife = 3_600;
    await sleep(1_100);
    const before = quilt.to(tokenPath).length;
    const views = await Promise.all(Array.from({ length: 50 }, () => keytray.api.token('quilt@acme', {})));
    expect(new Set(views.map(({ access_token: token }) => token))).toEqual(new Set([quilt.issued.at(-1)]));
    expect(quilt.to(tokenPath)).toHaveLength(before + 1);
  });

  it('goes on where it was after the agent was killed', async () => {
    await keytray.stopAgent('SIGKILL');
    await keytray.startAgent();
    expect((await keytray.api.token('quilt@acme', {})).access_token).toBe(quilt.issued.at(-1));
    expect((await keytray.api.token('quilt@acme', { force: true })).access_token).toBe(quilt.issued.at(-1));
    expect(await run(['test', 'quilt@acme'])).toMatchObject({ status: 0 });
  });

  it('takes a key as one line', async () => {
    expect(await run(['login', 'quilt@ci'], `${key}\n`)).toMatchObject({ status: 0 });
  });

  it('gives a script its key', async () => {
    await stubs.write('python3', 'printf "%s %s" "$QUILT_API_KEY" "$QUILT_REGISTRY_URL"');
    expect(await follow('A script')).toMatchObject({ status: 0, stdout: `${key} ${quilt.url}` });
    expect(await follow('cron')).toMatchObject({ status: 0, stdout: `${key} ${quilt.url}` });
  });

  it('gives a container its key by the environment, and no argument has it', async () => {
    await stubs.write('docker', 'printf %s "$QUILT_API_KEY"');
    expect(await follow('Docker')).toMatchObject({ status: 0, stdout: key });
    expect(await stubs.runs('docker')).toEqual([
      'run --rm -e QUILT_API_KEY -e QUILT_CATALOG_URL -e QUILT_REGISTRY_URL acme/sync',
    ]);
  });

  it('shows which variables a container has, as the document says', async () => {
    row('Q35');
    expect(document).toContain('`docker run … acme/sync env` shows the names a container has');
    // A container has what `-e` names, and nothing else of its caller.
    await stubs.write(
      'docker',
      `set -f; given="PATH=$PATH"
while [ "$1" != acme/sync ]; do
  [ "$1" = -e ] && given="$given $2=$(printenv "$2")"
  shift
done
shift; exec env -i $given "$@"`,
    );
    const shown = await follow('Docker', ' env');
    expect(shown.status).toBe(0);
    expect(shown.stdout.trim().split('\n').sort().slice(1)).toEqual([
      `QUILT_API_KEY=${key}`,
      `QUILT_CATALOG_URL=${quilt.url}`,
      `QUILT_REGISTRY_URL=${quilt.url}`,
    ]);
  });

  it.each([
    ['GitHub Actions', 'gh', 'Q20'],
    ['GitLab CI', 'glab', 'Q20'],
    ['Kubernetes', 'kubectl', 'Q23'],
    ['AWS Lambda', 'aws', 'Q22'],
  ] as const)('hands the key over to %s on standard input, byte for byte', async (heading, name, shows) => {
    row(shows);
    await stubs.write(name, 'cat');
    expect(await follow(heading)).toMatchObject({ status: 0, stdout: key });
    expect((await stubs.runs(name)).join()).not.toContain(key);
  });

  it('prints AWS credentials for the tools of AWS', async () => {
    const { status, stdout } = await keytray.run(['helper', 'aws', 'credential-process', '--account', 'quilt@acme']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ Version: 1, AccessKeyId: expect.stringMatching(/^ASIA/) });
  });

  it('writes a profile for them, and takes it back', async () => {
    const file = path.join(keytray.folder, 'home', '.aws', 'config');
    expect(await run(['setup', 'aws'])).toMatchObject({ status: 0 });
    expect(await readFile(file, 'utf8')).toContain(
      `[profile keytray-quilt-acme]\ncredential_process = ${program('keytray')} helper aws credential-process --account=quilt@acme\n`,
    );
    expect(await run(['setup', 'aws', '--undo'])).toMatchObject({ status: 0 });
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('signs out of one and says what goes on', async () => {
    expect((await run(['logout', 'quilt@acme'])).stdout).toContain('the one in your browser goes on');
    expect((await keytray.api.account('quilt@ci')).state).toBe('active');
  });

  it('has left no secret in a file, a word to the person or a process', async () => {
    await keytray.stopAgent();
    const secrets = [code, key, ...quilt.issued, ...quilt.refreshTokens.keys()];
    const entries = await readdir(keytray.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
    expect(files.some((file) => file.endsWith('agent.log'))).toBe(true);
    const written = await Promise.all(files.map((file) => readFile(file, 'latin1')));
    const kept = [...written, ...said].join('\n');
    expect(secrets.filter((secret) => kept.includes(secret))).toEqual([]);
    // The programs of the recipes have the key in their environment, as was asked for.
    const shown = processes.seen();
    expect(secrets.filter((secret) => secret !== key && shown.includes(secret))).toEqual([]);
  });
});
