import type { Socket } from 'node:net';
import { KernelPeers } from '../../core/platform/kernel-peers.ts';
import type { LoopbackPeers, PeerOwner, PortHolder } from '../../core/ports.ts';

/** The real ones: the kernel is asked about this test's own user. */
export const kernelPeers: LoopbackPeers = new KernelPeers({ uid: process.getuid?.() ?? 0 });

/** A kernel that says what the test wants of every connection. */
export class StandInPeers implements LoopbackPeers {
  underWindows = false;
  says: PeerOwner = { kind: 'ours' };
  held: PortHolder | undefined;

  async owner(_connection: Socket): Promise<PeerOwner> {
    return this.says;
  }

  async holder(): Promise<PortHolder | undefined> {
    return this.held;
  }
}
