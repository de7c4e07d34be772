import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { followForms, signInWithForms } from '../../../demo/built-in-user-agent.ts';
import { program } from '../../support/keytray.ts';
import { type SignedIn, startSignedIn } from '../../support/signed-in.ts';

let lab: SignedIn;
beforeAll(async () => {
  lab = await startSignedIn([], { server: { pushedRequests: 'required' } });
});
afterAll(() => lab.close());

it('`keytray login` at a server that takes pushed requests alone prints an address that signs in', async () => {
  const { keytray, server } = lab;
  const child = spawn(program('keytray'), ['login', 'lab', '--renew', '--no-browser'], {
    env: keytray.env,
    cwd: keytray.folder,
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  const ended = once(child, 'close');
  while (!said.out.includes('\n')) await Promise.race([once(child.stdout, 'data'), ended]);
  const address = new URL(said.out.trim());
  expect([...address.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);

  // The server means what it requires.
  const plain = new URL(address);
  plain.searchParams.delete('request_uri');
  plain.searchParams.set('response_type', 'code');
  expect((await followForms(plain, { login: 'ada' })).status).toBe(400);

  await signInWithForms(address, { login: 'ada' });
  await ended;
  expect(child.exitCode).toBe(0);
  expect(said.err).toMatch(/^Open the address within \d\d s; after that, start the sign-in again for a new one\./m);
  expect(said.out).toContain('Signed in to lab as ada.');
  expect(server.requests.pushed_authorization_request).toBeGreaterThan(1);
});
