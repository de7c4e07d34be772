import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataikuKeys } from '../../../core/credentials/api-keys/dataiku-keys.ts';
import type { ApiKeyProvider, AskService } from '../../../core/credentials/api-keys/provider.ts';
import { quiltKeys } from '../../../core/credentials/api-keys/quilt-keys.ts';
import { passwordRequest, placeRequest, readPassword, readPlace } from '../../../core/credentials/lakebase-password.ts';
import { Secret } from '../../../core/secret.ts';
import { startWorkspace } from '../../support/vendors/databricks/workspace.ts';
import { badGateway, type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';
import { type Quilt, startQuilt } from '../../support/vendors/quilt/quilt.ts';

const asking =
  (url: string, authorization: string): AskService =>
  async ({ method, path, body }) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const reply = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: reply.status, body: await reply.text() };
  };

describe("Dataiku's keys", () => {
  let dataiku: Dataiku;
  beforeAll(async () => {
    dataiku = await startDataiku();
  });
  afterAll(() => dataiku.close());
  const keysOf = (key: string) =>
    dataikuKeys(asking(dataiku.url, `Basic ${Buffer.from(`${key}:`).toString('base64')}`), Date.now);

  it('are listed with their end, and without a secret', async () => {
    const list = await keysOf(knownKeys.personal).list('own');
    expect(list.find(({ name }) => name === 'expired')).toMatchObject({ status: 'expired', owner: 'kim' });
    expect(list.find(({ name }) => name === 'personal')).toMatchObject({
      status: 'active',
      expiresAt: undefined,
      lastUsedAt: 'unknown',
    });
    expect(JSON.stringify(list)).not.toContain(knownKeys.personal);
  });

  it('are created and revoked, personal and global', async () => {
    const globalAdmin = 'dkuaps-global-admin-0123456789ab';
    const [example] = dataiku.keys.filter(({ kind }) => kind === 'global');
    if (example !== undefined) dataiku.keys.push({ ...example, id: 'key-ga', secret: globalAdmin, admin: true });
    for (const [key, kind] of [
      [knownKeys.personal, 'personal'],
      [globalAdmin, 'global'],
    ] as const) {
      const provider = keysOf(key);
      const made = await provider.create({ name: 'ci', days: undefined });
      expect(dataiku.keys.at(-1)).toMatchObject({ kind, label: 'ci' });
      expect(
        await keysOf(made.secret.reveal())
          .list('own')
          .catch((error: Error) => error.message),
      ).not.toContain('does not know');
      await provider.revoke({ id: made.key.id, owner: 'own' });
      await expect(keysOf(made.secret.reveal()).list('own')).rejects.toThrow('does not know this key');
    }
  });

  it('have no end by the API and no revoke by secret', async () => {
    const provider = keysOf(knownKeys.personal);
    const before = dataiku.requests.length;
    await expect(provider.create({ name: 'x', days: 30 })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(provider.revoke({ secret: new Secret('x') })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(dataiku.requests.length).toBe(before);
  });

  it('of others are for administrators', async () => {
    await expect(keysOf(knownKeys.personal).list('all')).rejects.toThrow('administrators only');
    const all = await keysOf(knownKeys.admin).list('all');
    expect(all.map(({ owner }) => owner)).toContain('kim');
    expect(all.map(({ name }) => name)).toContain('global');
    const made = await keysOf(knownKeys.admin).create({ name: 'for kim', days: undefined, owner: 'kim' });
    expect(made.key.owner).toBe('kim');
    await keysOf(knownKeys.admin).revoke({ id: made.key.id, owner: 'all' });
  });

  it('wait while the instance is down', async () => {
    dataiku.faults.add(/personal/, badGateway);
    await expect(keysOf(knownKeys.personal).list('own')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});

describe("Quilt's keys", () => {
  let quilt: Quilt;
  let provider: ApiKeyProvider;
  beforeAll(async () => {
    quilt = await startQuilt();
    provider = quiltKeys(asking(quilt.url, `Bearer ${quilt.addKey('own', 10).secret}`));
    quilt.addKey('old', -1);
    quilt.addKey('of root', 5, quilt.admin);
  });
  afterAll(() => quilt.close());

  it('are listed with end, status and last use', async () => {
    const list = await provider.list('own');
    expect(list.map(({ name, status, lastUsedAt }) => [name, status, typeof lastUsedAt])).toEqual([
      ['own', 'active', 'number'],
      ['old', 'expired', 'string'],
    ]);
    expect(list[0]?.fingerprint).toBe(quilt.keys[0]?.fingerprint);
  });

  it('live 90 days unless told otherwise, never 0 and never 366', async () => {
    const { key, secret } = await provider.create({ name: 'ci', days: undefined });
    expect(((key.expiresAt ?? 0) - (key.createdAt ?? 0)) / 86_400_000).toBe(90);
    expect(quilt.keys.at(-1)?.secret).toBe(secret.reveal());
    const before = quilt.requests.length;
    for (const days of [0, 366, 1.5]) {
      await expect(provider.create({ name: 'x', days })).rejects.toMatchObject({ code: 'invalid_request' });
    }
    expect(quilt.requests.length).toBe(before);
    await expect(provider.create({ name: 'ci', days: 5 })).rejects.toThrow('already exists');
    await provider.revoke({ secret });
    await expect(provider.revoke({ id: key.id, owner: 'own' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of others are for administrators', async () => {
    await expect(provider.list('all')).rejects.toThrow('administrators only');
    const root = quiltKeys(asking(quilt.url, `Bearer ${quilt.keys.find(({ name }) => name === 'of root')?.secret}`));
    expect(await root.list('all')).toHaveLength(3);
    const old = quilt.keys.find(({ name }) => name === 'old')?.id ?? '';
    await root.revoke({ id: old, owner: 'all' });
    expect(await root.list('all')).toHaveLength(2);
  });

  it('are refused when revoked', async () => {
    const unknown = quiltKeys(asking(quilt.url, 'Bearer qk_unknown'));
    await expect(unknown.list('own')).rejects.toThrow('does not accept the key');
  });
});

it('both APIs of Lakebase give a place and a password', async () => {
  const workspace = await startWorkspace();
  const ask = asking(workspace.url, `Bearer ${workspace.people.pat}`);
  for (const place of [
    { kind: 'instance', instance: 'shop' },
    { kind: 'endpoint', endpoint: 'projects/shop/branches/main/endpoints/primary' },
  ] as const) {
    const found = readPlace(place.kind, JSON.parse((await ask(placeRequest(place))).body));
    expect(found.host).toBe('localhost');
    const read = readPassword(JSON.parse((await ask(passwordRequest(place, 'r'))).body));
    expect(read.password.reveal()).toBe(workspace.lakebase.passwords.at(-1));
    expect(read.expiresAt).toBeGreaterThan(Date.now());
  }
  await workspace.close();
});
