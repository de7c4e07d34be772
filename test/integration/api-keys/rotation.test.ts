import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { type ApiKeyScene, knowQuiltRegistry, startApiKeyScene } from '../../support/api-key-scene.ts';
import { type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';
import { type Quilt, startQuilt } from '../../support/vendors/quilt/quilt.ts';

let scene: ApiKeyScene;

describe('a key of Quilt', () => {
  let quilt: Quilt;
  beforeEach(async () => {
    knowQuiltRegistry();
    quilt = await startQuilt();
    const at = `service: quilt-registry, url: '${quilt.url}'`;
    scene = await startApiKeyScene(
      `  q: { ${at} }\n  q2: { ${at} }\n  elsewhere: { ${at.replace('127.0.0.1', 'localhost')} }\n`,
    );
    await scene.enter('q', quilt.addKey('laptop', 30).secret);
  });
  afterEach(async () => {
    await scene.close();
    await quilt.close();
  });
  const names = (): readonly string[] => quilt.keys.map(({ name }) => name);
  const secretOf = (name: string): string => quilt.keys.find((key) => key.name === name)?.secret ?? '';
  const idOf = (name: string): string => quilt.keys.find((key) => key.name === name)?.id ?? '';
  const graphql = '/graphql';

  it("is rotated without an ID: the account's own, with the days of the old one", async () => {
    row('Q16');
    const first = secretOf('laptop');
    const rotated = await scene.cli.run(['api-keys', 'rotate', 'q']);
    expect(rotated).toMatchObject({ status: 0, stderr: '' });
    expect(names()).toEqual(['laptop-2']);
    const [key] = quilt.keys;
    expect(((key?.expiresAt ?? 0) - (key?.createdAt ?? 0)) / 86_400_000).toBe(30);
    expect(await scene.keyOf('q')).toBe(key?.secret);
    // Known in whole seconds.
    const end = Date.parse((await scene.broker.account('q')).expires_at ?? '');
    expect(Math.abs(end - (key?.expiresAt ?? 0))).toBeLessThanOrEqual(1_000);
    expect(await scene.notes()).toEqual([]);
    expect(await scene.cli.run(['api-keys', 'rotate', 'q', '--days', '7'])).toMatchObject({ status: 0 });
    expect(names()).toEqual(['laptop-3']);
    for (const secret of [first, key?.secret ?? '', secretOf('laptop-3')]) {
      expect(rotated.stdout).not.toContain(secret);
      expect(await scene.written()).not.toContain(secret);
    }
  });

  it('tells the account when it ends, once it was listed', async () => {
    expect((await scene.client.account('q')).expires_at).toBeUndefined();
    await scene.client.apiKeys.list('q');
    const end = Date.parse((await scene.client.account('q')).expires_at ?? '');
    expect(Math.abs(end - (quilt.keys[0]?.expiresAt ?? 0))).toBeLessThanOrEqual(1_000);
    const due = await scene.cli.run(['api-keys', 'due', '--within', '31', '--json']);
    expect(JSON.parse(due.stdout)).toMatchObject([{ account: 'q', days_left: 29 }]);
  });

  it('is replaced in every account that has it, and in no other', async () => {
    await scene.enter('q2', secretOf('laptop'));
    await scene.enter('elsewhere', secretOf('laptop'));
    const { accounts } = await scene.client.apiKeys.rotate('q', idOf('laptop'), {});
    expect(accounts).toEqual(['q', 'q2']);
    expect(await scene.keyOf('q2')).toBe(secretOf('laptop-2'));
    const stored = JSON.stringify(await scene.store.held('elsewhere'));
    expect(stored).not.toContain(secretOf('laptop-2'));
  });

  it('that another account has is replaced there', async () => {
    await scene.client.apiKeys.create('q', { name: 'ci', days: 10, keep_as: 'q-ci' });
    const { accounts, key } = await scene.client.apiKeys.rotate('q', idOf('ci'), {});
    expect({ accounts, name: key.name }).toEqual({ accounts: ['q-ci'], name: 'ci-2' });
    expect(await scene.keyOf('q-ci')).toBe(secretOf('ci-2'));
    expect(await scene.keyOf('q')).toBe(secretOf('laptop'));
  });

  it('that no account has is told once, and the old one works until its users have the new one', async () => {
    const old = quilt.addKey('server', 60);
    const rotated = await scene.cli.run(['api-keys', 'rotate', 'q', old.id]);
    expect(rotated.stdout).toBe(`${secretOf('server-2')}\n`);
    expect(rotated.stderr).toContain(`keytray api-keys revoke q ${old.id}`);
    expect(names()).toContain('server');
    expect(await scene.written()).not.toContain(secretOf('server-2'));
    expect(await scene.notes()).toEqual([]);
  });

  it('asked for by many is rotated once', async () => {
    const id = idOf('laptop');
    const all = await Promise.all(Array.from({ length: 20 }, () => scene.client.apiKeys.rotate('q', id, {})));
    expect(new Set(all.map(({ key }) => key.id)).size).toBe(1);
    expect(names()).toEqual(['laptop-2']);
  });

  it('stays where the new one is refused, and that is revoked', async () => {
    quilt.faults.add('/api/auth/get_credentials', { kind: 'reply', status: 401, body: { message: 'Unauthorized' } });
    const refused = scene.client.apiKeys.rotate('q', idOf('laptop'), {});
    await expect(refused).rejects.toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('revoked again'),
    });
    expect(names()).toEqual(['laptop']);
    expect(await scene.keyOf('q')).toBe(secretOf('laptop'));
    expect(await scene.notes()).toEqual([]);
  });

  it('stays where the new one cannot be stored, and that is revoked', async () => {
    scene.store.trouble.write = { kind: 'locked' };
    const refused = scene.client.apiKeys.rotate('q', idOf('laptop'), {});
    await expect(refused).rejects.toMatchObject({ code: 'keychain_locked' });
    delete scene.store.trouble.write;
    expect(names()).toEqual(['laptop']);
    expect(await scene.keyOf('q')).toBe(secretOf('laptop'));
    expect(await scene.notes()).toEqual([]);
  });

  it('is not left behind where the answer to its creation is lost', async () => {
    // The list of the command line and that of the rotation come first.
    quilt.faults.add(graphql, { kind: 'slow', milliseconds: 0 });
    quilt.faults.add(graphql, { kind: 'lost' });
    await expect(scene.client.apiKeys.rotate('q', idOf('laptop'), {})).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    });
    expect(quilt.audit.map(({ eventName }) => eventName)).toEqual(['APIKeys.Create', 'APIKeys.Revoke']);
    expect(names()).toEqual(['laptop']);
    expect(await scene.notes()).toEqual([]);
  });

  it('is revoked later where that fails, by the next rotation', async () => {
    const old = idOf('laptop');
    const failing = scene.client.apiKeys.rotate('q', old, {});
    quilt.faults.add(graphql, { kind: 'slow', milliseconds: 0 });
    quilt.faults.add(graphql, { kind: 'slow', milliseconds: 0 });
    quilt.faults.add(graphql, { kind: 'reply', status: 502 }, 3);
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining('not revoked yet') });
    expect(await scene.keyOf('q')).toBe(secretOf('laptop-2'));
    expect(names()).toEqual(['laptop', 'laptop-2']);
    expect([...scene.notices.open.keys()]).toEqual(['rotation:q']);
    const again = await scene.cli.run(['api-keys', 'rotate', 'q']);
    expect(again.status).toBe(0);
    expect([...scene.notices.open.keys()]).toEqual([]);
    expect(names()).toEqual(['laptop-2']);
    expect(await scene.notes()).toEqual([]);
  });

  it('is revoked by its secret, and what nobody uses or what ends soon is found', async () => {
    const old = quilt.addKey('=cmd', -5);
    quilt.addKey('soon', 3);
    const leaked = quilt.addKey('leaked', 100);
    const revoked = await scene.cli.run(['api-keys', 'revoke', 'q', '--secret-stdin'], { stdin: `${leaked.secret}\n` });
    expect(revoked).toMatchObject({ status: 0, stdout: 'Revoked the key.\n' });
    expect(names()).not.toContain('leaked');
    const again = await scene.cli.run(['api-keys', 'revoke', 'q', '--secret-stdin'], { stdin: `${leaked.secret}\n` });
    expect(again.status).toBe(8);
    expect(revoked.stderr + again.stderr + (await scene.written())).not.toContain(leaked.secret);
    quilt.keys.splice(quilt.keys.indexOf(old), 1, { ...old, createdAt: Date.now() - 100 * 86_400_000 });
    const unused = await scene.cli.run(['api-keys', 'audit', 'q', '--unused', '90', '--csv']);
    expect(unused.stdout).toContain(`${old.id},'=cmd,kim@example.com,expired,never,100`);
    expect(unused.stdout.trim().split('\n')).toHaveLength(2);
    const shownAs = await scene.client.apiKeys.list('q', { fingerprint: quilt.keys[0]?.fingerprint });
    expect(shownAs.keys.map(({ name, accounts }) => [name, accounts])).toEqual([['laptop', ['q']]]);
  });
});

describe('a key of Dataiku', () => {
  let instance: Dataiku;
  beforeEach(async () => {
    instance = await startDataiku();
    const at = `service: dataiku, url: '${instance.url}'`;
    scene = await startApiKeyScene(
      `  dataiku: { ${at} }\n  kept: { ${at}, expires_at: 2040-01-01 }\n  github: { service: github, client_id: x }\n`,
    );
    await scene.enter('dataiku', knownKeys.personal);
  });
  afterEach(async () => {
    await scene.close();
    await instance.close();
  });

  it('is found where the instance lists secrets, or where it was made here', async () => {
    instance.switches.secureKeys = false;
    expect(await scene.cli.run(['api-keys', 'rotate', 'dataiku'])).toMatchObject({ status: 0 });
    instance.switches.secureKeys = true;
    expect(await scene.cli.run(['api-keys', 'rotate', 'dataiku'])).toMatchObject({ status: 0 });
    expect(instance.keys.map(({ label }) => label)).toContain('personal-3');
    expect(instance.keys.map(({ label }) => label)).not.toContain('personal');
  });

  it('is that of the account alone: another way in has none of its own', async () => {
    const refused = await scene.cli.run(['api-keys', 'rotate', 'github']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('github is a sign-in and has no key of its own');
  });

  it('is not guessed where nothing tells which it is', async () => {
    instance.keys.push({
      ...instance.keys[0],
      id: 'key-twin',
      secret: 'dkuaps-twin',
    } as (typeof instance.keys)[number]);
    const before = instance.keys.length;
    const refused = await scene.cli.run(['api-keys', 'rotate', 'dataiku']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('does not say which');
    expect(instance.keys.length).toBe(before);
  });

  it('whose end the configuration names is left alone: the new one would be taken to end then', async () => {
    instance.switches.secureKeys = false;
    await scene.enter('kept', knownKeys.admin);
    await expect(scene.client.apiKeys.rotate('kept', 'key-admin', {})).rejects.toMatchObject({ code: 'misconfigured' });
    expect(instance.keys.map(({ label }) => label)).not.toContain('admin-2');
  });
});
