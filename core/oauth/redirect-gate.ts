import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { loopbackGate, type RefusedOwner } from '../http/loopback-gate.ts';
import type { Clock, Logger, LoopbackPeers } from '../ports.ts';

export interface RedirectGateOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly peers: LoopbackPeers;
  /** A connection of another user was closed, and may have been the person's browser; `why` in words of ours. */
  readonly refused: (why: string) => void;
}

/** Browsers open a few connections ahead; scanners open many. */
const mostConnections = 32;

/** Who may connect to the listener of a sign-in. `connections` gets all that are open. */
export function redirectGate(options: RedirectGateOptions, connections: Set<Socket>): (server: Server) => void {
  return loopbackGate({
    ...options,
    name: 'the sign-in listener',
    most: mostConnections,
    fromWindows: true,
    connections,
    refused: (owner) => {
      const why = refusedBrowser(owner);
      options.refused(why);
      return why;
    },
  });
}

/** A browser may run as another user, or behind a forwarder of root's. */
function refusedBrowser(owner: RefusedOwner): string {
  const who = owner.kind === 'other' ? `uid ${owner.uid}` : 'an unknown uid';
  return `a browser or port forwarder of ${who} was refused: use --paste`;
}
