import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { type ApiKeyScene, startApiKeyScene } from '../../support/api-key-scene.ts';
import { StubPrograms } from '../../support/stub-programs.ts';
import { type Quilt, startQuilt } from '../../support/vendors/quilt/quilt.ts';

let quilt: Quilt;
let scene: ApiKeyScene;

const signIn = async (account: string, code: string) => {
  const login = await scene.client.startLogin(account, { user_agent: 'browser' });
  await scene.client.finishLogin(login.login_id, { fields: { code } });
};

beforeEach(async () => {
  quilt = await startQuilt();
  const at = `service: quilt, url: '${quilt.url}'`;
  scene = await startApiKeyScene(`  quilt@acme: { ${at} }\n  quilt@admin: { ${at} }\n`);
  await signIn('quilt@acme', quilt.newCode());
  await signIn('quilt@admin', quilt.newCode(quilt.admin));
});
afterEach(async () => {
  await scene.close();
  await quilt.close();
});

const keys = (...words: readonly string[]) => scene.cli.run(['api-keys', ...words]);
const named = (name: string) => quilt.keys.find((key) => key.name === name);
const create = (name: string, ...more: readonly string[]) => keys('create', 'quilt@acme', name, ...more);

describe('who is signed in at Quilt', () => {
  it('is shown with how long the token is good', async () => {
    row('Q3');
    const { stdout } = await scene.cli.run(['status', 'quilt@acme']);
    expect(stdout).toMatch(/^quilt@acme +active +\S*kim\S* +\d+ (min|h)/m);
    expect((await scene.client.account('quilt@acme')).url).toBe(quilt.url);
  });

  it('makes a key for automation, which leaves the session alone', async () => {
    row('Q1', 'Q7');
    const made = await create('ci', '--keep-as', 'quilt@ci');
    const { secret = 'none' } = named('ci') ?? {};
    expect(made).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('kept as quilt@ci') });
    expect(await scene.keyOf('quilt@ci')).toBe(secret);
    expect(await scene.client.account('quilt@ci')).toMatchObject({ grant: 'api_key', state: 'active' });
    expect(made.stderr + (await scene.written())).not.toContain(secret);
  });
});

describe('a key of Quilt', () => {
  it('is shown once, with its ID and its end, and lives 90 days unless told otherwise', async () => {
    row('Q6', 'Q7', 'Q8');
    const made = await create('ci');
    const key = named('ci');
    expect(made.stdout).toBe(`${key?.secret}\n`);
    expect(made.stderr).toContain(`ci (${key?.id})`);
    expect(made.stderr).toContain(new Date(key?.expiresAt ?? 0).toISOString().slice(0, 10));
    expect(((key?.expiresAt ?? 0) - (key?.createdAt ?? 0)) / 86_400_000).toBe(90);
    const { stdout } = await keys('show', 'quilt@acme', key?.id ?? '');
    expect(stdout).toContain(key?.fingerprint);
    expect(stdout).not.toContain(key?.secret);
  });

  it.each(['0', '366', '-1', '1.5', 'many'])('of %s days is refused, and nobody is asked', async (days) => {
    row('Q6');
    const before = quilt.requests.length;
    expect(await create('ci', '--days', days)).toMatchObject({ status: 2, stdout: '' });
    expect(quilt.requests.length).toBe(before);
  });

  it('is listed with all its fields, and found by name, fingerprint and status', async () => {
    row('Q11', 'Q12', 'Q26');
    const key = quilt.addKey('ci', 40);
    quilt.addKey('old', -5);
    const listed = await keys('list', 'quilt@acme', '--json');
    const { keys: shown } = JSON.parse(listed.stdout) as { keys: readonly Record<string, unknown>[] };
    expect(shown).toContainEqual({
      id: key.id,
      name: 'ci',
      fingerprint: key.fingerprint,
      status: 'active',
      created_at: expect.stringMatching(/Z$/),
      expires_at: expect.stringMatching(/Z$/),
      last_used_at: null,
      owner: 'kim@example.com',
    });
    for (const filter of [
      ['--name', 'ci'],
      ['--fingerprint', key.fingerprint],
      ['--status', 'active'],
    ]) {
      const { stdout } = await keys('list', 'quilt@acme', ...filter);
      expect(stdout).toContain(key.id);
      expect(stdout).not.toContain('old');
    }
  });

  it('that is not there ends with 8', async () => {
    row('Q13');
    expect(await keys('show', 'quilt@acme', 'key-none')).toMatchObject({ status: 8 });
    expect(await keys('revoke', 'quilt@acme', 'key-none')).toMatchObject({ status: 8 });
  });

  it('is revoked by its ID, or by its secret on standard input', async () => {
    row('Q14');
    const [first, second] = [quilt.addKey('one', 9), quilt.addKey('two', 9)];
    expect(await keys('revoke', 'quilt@acme', first.id)).toMatchObject({ status: 0 });
    const words = ['api-keys', 'revoke', 'quilt@acme', '--secret-stdin'];
    expect(await scene.cli.run(words, { stdin: `${second.secret}\n` })).toMatchObject({ status: 0 });
    expect(quilt.keys.map(({ name }) => name)).toEqual([]);
  });

  it('is found where nobody has used it, or where it ends soon', async () => {
    row('Q16', 'Q18');
    const old = quilt.addKey('old', 3);
    quilt.keys.splice(0, quilt.keys.length, { ...old, createdAt: Date.now() - 100 * 86_400_000 });
    expect((await keys('audit', 'quilt@acme', '--unused', '90')).stdout).toContain('old');
    expect((await keys('audit', 'quilt@acme', '--unused', '120')).stdout).not.toContain(old.id);
    expect((await keys('due', 'quilt@acme')).stdout).toContain(old.id);
  });

  it('that has expired is replaced by one of the next name', async () => {
    row('Q33');
    const old = quilt.addKey('ci', -1);
    const rotated = await keys('rotate', 'quilt@acme', old.id, '--days', '30');
    expect(rotated.status).toBe(0);
    expect(named('ci-2')?.secret).toBe(rotated.stdout.trim());
  });

  it('reaches a container by its environment, never by an argument', async () => {
    row('Q21');
    await create('ci', '--keep-as', 'quilt@ci');
    const secret = named('ci')?.secret ?? 'none';
    const stubs = await StubPrograms.create();
    await stubs.write('docker', 'echo "$QUILT_API_KEY"');
    const docker = ['docker', 'run', '--rm', '-e', 'QUILT_API_KEY', 'python:3'];
    const ran = await scene.cli.run(['exec', 'quilt@ci', '--', ...docker], { env: { PATH: stubs.path } });
    expect(ran.stdout).toBe(`${secret}\n`);
    expect(await stubs.runs('docker')).toEqual([docker.slice(1).join(' ')]);
    await stubs[Symbol.asyncDispose]();
  });
});

describe('an administrator of Quilt', () => {
  it('lists, counts, audits and revokes keys of everybody', async () => {
    row('Q25', 'Q27', 'Q28', 'Q29');
    const key = quilt.addKey('ci', 40);
    quilt.addKey('old', -5);
    expect((await keys('list', 'quilt@admin', '--all-users')).stdout).toContain(key.id);
    const { stdout } = await keys('list', 'quilt@admin', '--email', 'kim@example.com', '--json');
    expect((JSON.parse(stdout) as { keys: readonly unknown[] }).keys).toHaveLength(2);
    const report = await keys('report', 'quilt@admin', '--by', 'user', '--all-users', '--csv');
    expect(report.stdout.split('\n')).toContain('kim@example.com,1,1,2');
    expect((await keys('audit', 'quilt@admin', '--unused', '1', '--all-users', '--json')).status).toBe(0);
    expect(await keys('revoke', 'quilt@admin', key.id, '--all-users')).toMatchObject({ status: 0 });
    expect(named('ci')).toBeUndefined();
  });

  it.each([
    ['list', []],
    ['show', ['KEY']],
    ['revoke', ['KEY']],
    ['report', ['--by', 'user']],
    ['audit', ['--unused', '1']],
  ] as const)('is not anybody: others are refused in a sentence (%s)', async (command, more) => {
    row('Q25');
    const { id } = quilt.addKey('of-admin', 40, quilt.admin);
    const before = quilt.keys.map((key) => key.id);
    const words = more.map((word) => (word === 'KEY' ? id : word));
    expect(await keys(command, 'quilt@acme', ...words, '--all-users')).toMatchObject({
      status: 5,
      stdout: '',
      stderr: expect.stringContaining('administrators only'),
    });
    expect(quilt.keys.map((key) => key.id)).toEqual(before);
  });

  it('gets the query of the audit trail with its dates filled in', async () => {
    row('Q30');
    const { stdout } = await keys('audit', 'quilt@admin', '--query');
    expect(stdout).toMatch(/SELECT/i);
    expect(stdout).toContain(new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '/'));
  });
});

describe('keytray migrate at Quilt', () => {
  it('goes from a session to a key, step by step', async () => {
    row('Q36');
    const { secret } = quilt.addKey('job', 90);
    const words = ['migrate', 'quilt@acme', '--to', 'api-key'];
    const { status, stdout, stderr } = await scene.cli.run(words, { stdin: `${secret}\n` });
    expect([status, stdout]).toEqual([0, expect.stringContaining('[x]')]);
    expect(stdout + stderr + (await scene.written())).not.toContain(secret);
    const accounts = (await scene.client.accounts()).filter(({ grant }) => grant === 'api_key');
    expect(accounts.map(({ state }) => state)).toEqual(['active']);
  });
});
