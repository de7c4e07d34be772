import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ApiKeyScene, startApiKeyScene } from '../../support/api-key-scene.ts';
import { caller } from '../../support/broker.ts';
import { badGateway, type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

let instance: Dataiku;
let scene: ApiKeyScene;

const own = '/public/api/personal-api-keys/';
const ids = (): readonly string[] => instance.keys.map(({ id }) => id);
const created = (stdout: string): string => stdout.trim();

beforeEach(async () => {
  instance = await startDataiku();
  const at = `service: dataiku, url: '${instance.url}'`;
  scene = await startApiKeyScene(`  # of the lab
  dataiku: { ${at} }
  dataiku@admin: { ${at} }
  github: { service: github, client_id: x }
`);
  await scene.enter('dataiku', knownKeys.personal);
});
afterEach(async () => {
  await scene.close();
  await instance.close();
});

describe('keys of Dataiku, by the command line', () => {
  it('are listed, shown and filtered, without a secret', async () => {
    instance.switches.secureKeys = false;
    const listed = await scene.cli.run(['api-keys', 'list', 'dataiku', '--json']);
    expect(listed.status).toBe(0);
    const { keys, can } = JSON.parse(listed.stdout) as { keys: Record<string, unknown>[]; can: object };
    expect(can).toEqual({ expiry: false, last_use: false, fingerprint: false, revoke_by_secret: false });
    expect(keys.find(({ id }) => id === 'key-personal')).toMatchObject({
      name: 'personal',
      status: 'active',
      expires_at: null,
      last_used_at: null,
      owner: 'kim',
      accounts: ['dataiku'],
    });
    const expired = await scene.cli.run(['api-keys', 'list', 'dataiku', '--status', 'expired', '--csv']);
    expect(expired.stdout.split('\n')[1]).toMatch(/^key-expired,expired,,expired,/);
    const table = await scene.cli.run(['api-keys', 'list', 'dataiku', '--name', 'personal']);
    expect(table.stdout).toContain('key-personal');
    expect(table.stdout).not.toContain('key-expired');
    const shown = await scene.cli.run(['api-keys', 'show', 'dataiku', 'key-personal']);
    expect(shown.stdout).toMatch(/Name: +personal/);
    for (const { stdout, stderr } of [listed, expired, table, shown]) {
      for (const secret of Object.values(knownKeys)) expect(stdout + stderr).not.toContain(secret);
    }
  });

  it('are created with the secret alone on standard output, and revoked by their ID', async () => {
    // Every list of the instance has the secrets in it.
    instance.switches.secureKeys = false;
    const made = await scene.cli.run(['api-keys', 'create', 'dataiku', 'ci']);
    expect(made.status).toBe(0);
    const key = instance.keys.at(-1);
    expect(made.stdout).toBe(`${key?.secret}\n`);
    expect(made.stderr).toContain('Created ci');
    expect(made.stderr).not.toContain(created(made.stdout));
    const list = await scene.cli.run(['api-keys', 'list', 'dataiku', '--json']);
    expect(list.stdout).toContain(key?.id);
    expect(list.stdout + list.stderr).not.toContain(created(made.stdout));
    expect(await scene.written()).not.toContain(created(made.stdout));
    expect(JSON.stringify(await scene.store.held('dataiku'))).not.toContain(created(made.stdout));
    const revoked = await scene.cli.run(['api-keys', 'revoke', 'dataiku', key?.id ?? '']);
    expect(revoked).toMatchObject({ status: 0, stdout: `Revoked ${key?.id}.\n` });
    expect(ids()).not.toContain(key?.id);
  });

  it.each([
    ['an unknown key', ['show', 'dataiku', 'nothing'], 8],
    ['an unknown key to revoke', ['revoke', 'dataiku', 'nothing'], 8],
    ['an unknown key to rotate', ['rotate', 'dataiku', 'nothing'], 8],
    ['an unknown account', ['list', 'nobody'], 8],
    ['a service without keys', ['list', 'github'], 2],
    ['days', ['create', 'dataiku', 'x', '--days', '30'], 2],
    ['no days', ['create', 'dataiku', 'x', '--days', '0'], 2],
    ['too many days', ['create', 'dataiku', 'x', '--days', '366'], 2],
    ['last use', ['audit', 'dataiku', '--unused', '90'], 2],
    ['an audit trail', ['audit', 'dataiku', '--query'], 2],
    ['a fingerprint', ['list', 'dataiku', '--fingerprint', 'a...b'], 2],
    ['everybody, for one who is no administrator', ['list', 'dataiku', '--all-users'], 5],
    ['neither ID nor secret', ['revoke', 'dataiku'], 2],
  ] as const)('with %s end with a status of their own', async (_what, args, status) => {
    const before = ids();
    const ended = await scene.cli.run(['api-keys', ...args]);
    expect(ended.status).toBe(status);
    expect(ended.stdout).toBe('');
    expect(ended.stderr.split('\n').length).toBe(3);
    expect(ids()).toEqual(before);
  });

  it('are revoked by secret nowhere, and the secret is sent to nobody', async () => {
    const before = instance.requests.length;
    const ended = await scene.cli.run(['api-keys', 'revoke', 'dataiku', '--secret-stdin'], {
      stdin: 'leaked-secret\n',
    });
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('Dataiku revokes a key by its ID only');
    expect(instance.requests.length).toBe(before);
    expect(await scene.written()).not.toContain('leaked-secret');
  });

  it('of everybody are for administrators, with who has how many', async () => {
    await scene.enter('dataiku@admin', knownKeys.admin);
    const listed = await scene.client.apiKeys.list('dataiku@admin', { email: 'kim' });
    expect(new Set(listed.keys.map(({ owner }) => owner))).toEqual(new Set(['kim']));
    const report = await scene.cli.run(['api-keys', 'report', 'dataiku@admin', '--by', 'user', '--all-users', '--csv']);
    expect(report.stdout.split('\n')).toContain('kim,2,1,3');
    const revoked = await scene.cli.run(['api-keys', 'revoke', 'dataiku@admin', 'key-rateLimited', '--all-users']);
    expect(revoked.status).toBe(0);
    expect(ids()).not.toContain('key-rateLimited');
    const forKim = await scene.cli.run(['api-keys', 'create', 'dataiku@admin', 'for-kim', '--owner', 'kim']);
    expect(instance.keys.at(-1)).toMatchObject({ label: 'for-kim', user: 'kim', secret: created(forKim.stdout) });
  });
});

describe('a key that is kept', () => {
  it('becomes an account beside the one it was made with, and comments stay', async () => {
    const made = await scene.cli.run(['api-keys', 'create', 'dataiku', 'ci', '--keep-as', 'dataiku@ci']);
    expect(made).toMatchObject({ status: 0, stdout: '' });
    const key = instance.keys.at(-1);
    expect(await scene.keyOf('dataiku@ci')).toBe(key?.secret);
    expect(await scene.config()).toContain('# of the lab');
    expect(await scene.config()).toContain(
      `dataiku@ci:\n    service: dataiku\n    grant: api_key\n    url: ${instance.url}`,
    );
    expect(made.stderr).not.toContain(key?.secret);
    expect(await scene.written()).not.toContain(key?.secret);
    const { keys } = await scene.client.apiKeys.list('dataiku');
    expect(keys.find(({ id }) => id === key?.id)?.accounts).toEqual(['dataiku@ci']);
  });

  it('is refused for an account that has one, before anything is asked', async () => {
    const before = ids();
    for (const id of ['dataiku', 'github']) {
      const refused = scene.client.apiKeys.create('dataiku', { name: 'x', keep_as: id });
      await expect(refused).rejects.toMatchObject({ code: 'invalid_request' });
    }
    expect(ids()).toEqual(before);
    expect(await scene.keyOf('dataiku')).toBe(knownKeys.personal);
  });

  it('goes to an account that is there and empty', async () => {
    expect(await scene.client.apiKeys.create('dataiku', { name: 'x', keep_as: 'dataiku@admin' })).toMatchObject({
      account: 'dataiku@admin',
    });
    expect(await scene.keyOf('dataiku@admin')).toBe(instance.keys.at(-1)?.secret);
  });

  it('is revoked again where the store refuses it, and no account is left', async () => {
    const before = ids();
    scene.store.trouble.write = { kind: 'locked' };
    const refused = scene.client.apiKeys.create('dataiku', { name: 'x', keep_as: 'dataiku@ci' });
    await expect(refused).rejects.toMatchObject({
      code: 'keychain_locked',
      message: expect.stringContaining('the new key was revoked again'),
    });
    expect(ids()).toEqual(before);
    expect(await scene.config()).not.toContain('dataiku@ci');
  });

  it('leaves no account where it could not be made', async () => {
    instance.faults.add(own, {
      kind: 'reply',
      status: 403,
      body: { errorType: 'x.UnauthorizedException', message: 'no' },
    });
    const refused = scene.client.apiKeys.create('dataiku', { name: 'x', keep_as: 'dataiku@ci' });
    await expect(refused).rejects.toMatchObject({ code: 'access_denied' });
    expect(await scene.config()).not.toContain('dataiku@ci');
  });
});

describe('a key whose creation is not answered', () => {
  it.each([
    ['the connection breaks', { kind: 'lost' }],
    ['the server in front says 502', badGateway],
  ] as const)('is asked for once and told of: %s', async (_what, fault) => {
    const before = instance.to(own).length;
    instance.faults.add(own, fault);
    const ended = await scene.cli.run(['api-keys', 'create', 'dataiku', 'ci']);
    expect(ended).toMatchObject({ status: 6, stdout: '' });
    expect(ended.stderr).toContain('may have been created');
    expect(
      instance
        .to(own)
        .slice(before)
        .map(({ method }) => method),
    ).toEqual(['POST']);
  });
});

describe('a request over the socket', () => {
  it.each([
    [{ name: 'x', days: 0 }],
    [{ name: 'x', days: 366 }],
    [{ name: 'x', days: 1.5 }],
    [{ name: ' ' }],
    [{ name: 'two\nlines' }],
    [{ name: 'x', keep_as: 'Not An Id' }],
    [{ name: 'x', secret: 'mine' }],
  ])('for %j is refused before any call', async (body) => {
    const before = instance.requests.length;
    await expect(scene.client.apiKeys.create('dataiku', body)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(instance.requests.length).toBe(before);
  });

  it('is refused while all hand-outs are locked', async () => {
    const before = instance.requests.length;
    await scene.broker.handOutLock.lock();
    await expect(scene.client.apiKeys.list('dataiku')).rejects.toMatchObject({ code: 'keychain_locked' });
    await expect(scene.client.apiKeys.rotate('dataiku', 'key-personal', {})).rejects.toMatchObject({
      code: 'keychain_locked',
    });
    expect(instance.requests.length).toBe(before);
  });

  it('whose client has gone leaves no key that nobody knows', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    instance.faults.add(own, { kind: 'held', until: promise });
    const gone = new AbortController();
    const asked = scene.broker.apiKeys.create('dataiku', { name: 'orphan' }, { ...caller, signal: gone.signal });
    await vi.waitFor(() => expect(instance.to(own)).toHaveLength(1));
    gone.abort();
    resolve();
    await expect(asked).rejects.toThrow('the client disconnected; the new key was revoked again');
    expect(instance.keys.map(({ label }) => label)).not.toContain('orphan');
    expect(instance.requests.map(({ method }) => method).slice(-2)).toEqual(['POST', 'DELETE']);
  });
});

describe('fifty callers while the instance asks to wait', () => {
  it.each([
    ['once each', 50, 50],
    ['for longer than they wait', 200, 0],
  ] as const)('get a key each or a failure, and lose none: %s', async (_what, refusals, served) => {
    const before = instance.keys.length;
    const asked = instance.requests.length;
    const headers = { 'retry-after': '1' };
    instance.faults.add(own, { kind: 'reply', status: 429, headers, body: { message: 'Too many' } }, refusals);
    const names = Array.from({ length: 50 }, (_, index) => `storm-${index}`);
    const ended = await Promise.allSettled(names.map((name) => scene.client.apiKeys.create('dataiku', { name })));
    const secrets = ended.flatMap((one) =>
      one.status === 'fulfilled' && 'secret' in one.value ? [one.value.secret] : [],
    );
    expect(secrets.length).toBe(served);
    const made = instance.keys.slice(before).map(({ secret }) => secret);
    expect(made.sort()).toEqual([...secrets].sort());
    for (const name of names) {
      const tries = instance.requests.slice(asked).filter(({ body }) => body.includes(`"${name}"`));
      expect(tries.length).toBeLessThanOrEqual(3);
    }
    expect(ended.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))).toEqual(
      Array.from({ length: 50 - served }, () => 'temporarily_unavailable'),
    );
  });
});
