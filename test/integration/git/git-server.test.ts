import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { OfferedSchemes, PresentedCredential } from '../../../demo/git-server.ts';
import { startTestGitServer } from '../../support/git-server.ts';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of cleanUps.splice(0)) await close();
});

async function setUp(schemes: OfferedSchemes) {
  const seen: PresentedCredential[] = [];
  const server = await startTestGitServer(schemes, async (credential) => {
    seen.push(credential);
    return credential.kind !== 'none';
  });
  cleanUps.push(server.close);
  const repository = await server.addRepository('api.git', { 'README.md': 'hello\n' });
  return { server, seen, repository };
}

const basic = { Authorization: `Basic ${Buffer.from('ada:to:ken').toString('base64')}` };
const bearer = { Authorization: 'Bearer tok-1' };
const refs = '/info/refs?service=git-upload-pack';

describe('the git server', () => {
  it.each([
    ['basic', ['Basic realm="git"']],
    ['bearer', ['Bearer realm="git"']],
    ['both', ['Bearer realm="git", Basic realm="git"']],
  ] as const)('offers %s', async (schemes, challenge) => {
    const { repository } = await setUp(schemes);
    const response = await fetch(repository + refs);
    expect(response.status).toBe(401);
    expect([response.headers.get('www-authenticate')]).toEqual(challenge);
  });

  it('does not take a scheme it does not offer', async () => {
    const { server, seen, repository } = await setUp('bearer');
    expect((await fetch(repository + refs, { headers: basic })).status).toBe(401);
    expect(seen).toEqual([]);
    expect((await fetch(repository + refs, { headers: bearer })).status).toBe(200);
    expect(seen).toEqual([{ kind: 'bearer', token: 'tok-1' }]);
    expect(server.requests.map(({ scheme, ok }) => [scheme, ok])).toEqual([
      ['basic', false],
      ['bearer', true],
    ]);
  });

  it('splits Basic at the first colon and logs no secret', async () => {
    const { server, seen, repository } = await setUp('basic');
    await fetch(repository + refs, { headers: basic });
    expect(seen).toEqual([{ kind: 'basic', username: 'ada', password: 'to:ken' }]);
    expect(JSON.stringify(server.requests)).not.toContain('to:ken');
  });

  it('passes on the status git gives', async () => {
    const { server } = await setUp('basic');
    expect((await fetch(`${server.url}/absent.git${refs}`, { headers: basic })).status).toBe(404);
  });

  it('unpacks a compressed request, as git sends them', async () => {
    const { repository } = await setUp('basic');
    const response = await fetch(`${repository}/git-upload-pack`, {
      method: 'POST',
      headers: {
        ...basic,
        'Content-Type': 'application/x-git-upload-pack-request',
        'Content-Encoding': 'gzip',
        'Git-Protocol': 'version=2',
      },
      body: gzipSync('0014command=ls-refs\n0000'),
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('refs/heads/main');
  });
});
