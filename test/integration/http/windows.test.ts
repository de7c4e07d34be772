import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { loopbackGate } from '../../../core/http/loopback-gate.ts';
import type { LoopbackRedirect } from '../../../core/oauth/loopback-redirect.ts';
import { KernelPeers } from '../../../core/platform/kernel-peers.ts';
import type { PeerOwner } from '../../../core/ports.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { StandInPeers } from '../../support/loopback-peers.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { good, listening, send } from '../../support/redirect-scene.ts';

const open: LoopbackRedirect[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((redirect) => redirect.close()));
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

const forwarded: readonly PeerOwner[] = [
  { kind: 'other', uid: 0 },
  { kind: 'unknown', entry: 'none' },
];
const others: readonly PeerOwner[] = [
  { kind: 'other', uid: 1001 },
  { kind: 'unknown', entry: 'closing' },
];

async function statusOf(owner: PeerOwner, underWindows: boolean): Promise<number> {
  const peers = Object.assign(new StandInPeers(), { says: owner, underWindows });
  const { redirect, port } = await listening({}, undefined, peers);
  open.push(redirect);
  return (await send(port, `/callback?${good}`)).status;
}

describe('a browser of Windows', () => {
  it.each(forwarded)('finishes a sign-in under WSL: %j', async (owner) => {
    expect(await statusOf(owner, true)).toBe(200);
  });

  it.each(others)('is not taken for what it cannot be: %j', async (owner) => {
    expect(await statusOf(owner, true)).toBe(403);
  });

  it.each([...forwarded, ...others])('has no place on another system: %j', async (owner) => {
    expect(await statusOf(owner, false)).toBe(403);
  });

  it.each(forwarded)('reaches no other listener: %j', async (owner) => {
    const peers = Object.assign(new StandInPeers(), { says: owner, underWindows: true });
    const server = createServer((_request, response) => response.end());
    servers.push(server);
    const options = { name: 'a test', most: 4, clock: new ManualClock(), logger: new MemoryLogger(), peers };
    loopbackGate({ ...options, fromWindows: false, connections: new Set(), refused: () => 'no' })(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    expect((await send(typeof address === 'object' && address ? address.port : 0, '/')).status).toBe(403);
  });

  it('is expected where the kernel says that it is Microsoft’s', () => {
    const underWindows = (kernelRelease: string): boolean => new KernelPeers({ uid: 1, kernelRelease }).underWindows;
    expect(underWindows('5.15.167.4-microsoft-standard-WSL2')).toBe(true);
    expect(underWindows('4.4.0-19041-Microsoft')).toBe(true);
    expect(underWindows('6.12.41+deb13-amd64')).toBe(false);
  });
});
