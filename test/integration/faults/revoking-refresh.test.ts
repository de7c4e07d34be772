import { afterEach, describe, expect, it } from 'vitest';
import { caller } from '../../support/broker.ts';
import { type FaultScene, minute, signedInRecord, startFaultScene } from '../../support/fault-scene.ts';
import { chunks } from '../../support/helper-call.ts';
import type { RotatingServer } from '../../support/rotating-server.ts';

let scene: FaultScene;
afterEach(() => scene.close());

/** A server that says nowhere that its refresh ends the access token in use. */
async function start(more = '', learned?: { readonly refreshRevokesAccess: true }): Promise<void> {
  const config = ({ issuer }: RotatingServer): string =>
    `accounts: { lab: { service: oidc, issuer: '${issuer}', client_id: keytray, git: [git.lab.example]${more} } }`;
  scene = await startFaultScene({
    server: { userinfo: true },
    config,
    records: (server, clock) => ({ lab: signedInRecord(server, clock, { learned }) }),
  });
  scene.server.revokesAccess = true;
}
const token = async (): Promise<string> => {
  const served = await scene.ask();
  return 'token' in served ? served.token : '';
};
/** What git says when the server has refused a password. */
const erase = async (value: string): Promise<void> => {
  const text = `protocol=https\nhost=git.lab.example\nusername=x\npassword=${value}\n`;
  const call = {
    operation: 'erase',
    argv: ['erase'],
    env: {},
    cwd: '/',
    parents: [],
    stdin: chunks(text),
    stdout() {},
    stderr() {},
    become() {},
    signal: caller.signal,
  };
  await scene.broker.helper('git', call, caller);
  await scene.http.quiet();
};
/** Refreshes ahead of time within the 50 minutes after a hand-out, of a token that lives an hour. */
const refreshesAhead = async (): Promise<number> => {
  await token();
  return await scene.pass(50 * minute);
};

describe('a server whose refresh ends the access token in use', () => {
  it('is found out by a tool that was refused, and asked as late as can be from then on', async () => {
    await start();
    const held = await token();
    expect(await scene.pass(50 * minute)).toBe(1);
    await erase(held);
    expect(await refreshesAhead()).toBe(0);
    // The next token comes when it is needed, and what was learned goes on with it.
    await scene.pass(6 * minute);
    expect(await token()).not.toBe(held);
    expect(await refreshesAhead()).toBe(0);
  });

  it('is known as such after a restart', async () => {
    await start('', { refreshRevokesAccess: true });
    expect(await refreshesAhead()).toBe(0);
  });

  it('is refreshed ahead all the same where the configuration says so', async () => {
    await start(', refresh_revokes_access: false', { refreshRevokesAccess: true });
    const held = await token();
    expect(await scene.pass(50 * minute)).toBe(1);
    await erase(held);
    expect(await refreshesAhead()).toBe(1);
  });

  it('is not suspected for a token it still takes', async () => {
    await start();
    scene.server.revokesAccess = false;
    const held = await token();
    expect(await scene.pass(50 * minute)).toBe(1);
    await erase(held);
    expect(await refreshesAhead()).toBe(1);
  });
});
