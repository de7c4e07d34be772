import { describe, expect, it } from 'vitest';
import { findCatalog } from '../../../core/oauth/catalog.ts';
import type { Fetch } from '../../../core/ports.ts';

const paths = {
  document: '/config.json',
  member: 'registryUrl',
  token: '/api/token',
  codePage: '/login',
  awsKeys: '/aws',
};

const at = async (body: unknown, { url = 'https://quilt.acme.example', status = 200 } = {}) => {
  const asked: string[] = [];
  const fetch: Fetch = async (address) => {
    asked.push(String(address));
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  };
  const found = await findCatalog(url, paths, fetch).catch((error: unknown) => error);
  return { asked, found };
};

describe('a catalog', () => {
  it.each([
    ['https://registry.acme.example', 'https://registry.acme.example'],
    ['https://registry.acme.example/', 'https://registry.acme.example'],
    ['https://acme.example/registry/', 'https://acme.example/registry'],
  ])('that names %s has its registry at %s', async (registryUrl, registry) => {
    expect((await at({ registryUrl, region: 'us-east-1' })).found).toMatchObject({ registry });
  });

  it('is asked below its own address', async () => {
    const { asked } = await at({ registryUrl: 'https://r.example' }, { url: 'https://acme.example/quilt/' });
    expect(asked).toEqual(['https://acme.example/quilt/config.json']);
  });

  it.each([
    ['a page of a network', '<html>sign in to this network</html>'],
    ['a list', []],
    ['no registry', { region: 'us-east-1' }],
    ['a number', { registryUrl: 7 }],
    ['a word', { registryUrl: 'registry' }],
    ['a query', { registryUrl: 'https://r.example/?to=https://evil.example' }],
    ['a fragment', { registryUrl: 'https://r.example/#x' }],
    ['an endless address', { registryUrl: `https://r.example/${'x'.repeat(3_000)}` }],
  ])('that sends %s says nothing of a registry', async (_what, body) => {
    expect((await at(body)).found).toMatchObject({
      message: 'quilt.acme.example does not say where its registry is',
      failure: { kind: 'malformed' },
    });
  });

  it.each(['http://registry.acme.example', 'ftp://r.example', 'https://kim:pw@r.example'])(
    'cannot have secrets sent to %s',
    async (registryUrl) => {
      expect((await at({ registryUrl })).found).toMatchObject({
        message: 'quilt.acme.example names a registry that no secret may be sent to',
        failure: { kind: 'rejected' },
      });
    },
  );

  it.each(['http://127.0.0.1:8080', 'https://localhost', 'https://[::ffff:127.0.0.1]'])(
    'cannot have requests sent to this machine (%s), unless it is here too',
    async (registryUrl) => {
      const elsewhere = (await at({ registryUrl })).found;
      expect(elsewhere).toMatchObject({ failure: { kind: 'rejected' } });
      expect((await at({ registryUrl }, { url: 'http://127.0.0.1:9' })).found).toMatchObject({
        registry: new URL(registryUrl).origin,
      });
    },
  );

  it('that is not there is told by its status', async () => {
    expect((await at('nothing', { status: 404 })).found).toMatchObject({
      failure: { kind: 'http_status', status: 404 },
    });
  });
});
