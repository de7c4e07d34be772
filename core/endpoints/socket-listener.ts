import type { Server, Socket } from 'node:net';
import { dirname, isAbsolute } from 'node:path';
import { KeytrayError, systemCodeOf } from '../errors.ts';
import { uidOfPeer } from '../platform/socket-peer.ts';
import { ownUid, requireOwnFolder } from '../platform/trusted-path.ts';
import type { LoopbackPeers, PeerOwner } from '../ports.ts';
import { isFromProgram, type Listener, type ListenerOptions, openListener } from './loopback-listener.ts';

/** A path may have 107 bytes (unix(7)); macOS has 103. */
const longestPath = 103;

/**
 * Listens on a new Unix socket that its owner alone may open, in a folder where others can put nothing in its place.
 * Throws `KeytrayError` `misconfigured`.
 */
export async function bindOwnSocket(server: Server, path: string): Promise<void> {
  if (!isAbsolute(path) || Buffer.byteLength(path) > longestPath) {
    throw new KeytrayError(
      'misconfigured',
      `a socket needs an absolute path of at most ${longestPath} bytes: ${path}`,
      {
        advice: 'Choose another path.',
      },
    );
  }
  requireOwnFolder(dirname(path), ownUid());
  const bound = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The file is there when listen() returns: at no moment has it another mode.
    const before = process.umask(0o177);
    try {
      server.listen(path, () => resolve());
    } finally {
      process.umask(before);
    }
  });
  await bound.catch((cause: unknown) => {
    const code = systemCodeOf(cause);
    const why = code === 'EADDRINUSE' ? 'a file is there already; remove it, or end what uses it' : code;
    throw new KeytrayError('misconfigured', `cannot listen on ${path}: ${why}`, {
      cause,
      advice: 'Choose another path.',
    });
  });
}

/** Whose process connected. A folder of mode 0700 does not keep root out. */
export function socketPeer(socket: Socket): PeerOwner {
  // Elsewhere the mode of the socket is all there is.
  if (process.platform !== 'linux') return { kind: 'not_told' };
  const uid = uidOfPeer(socket);
  if (uid === undefined) return { kind: 'unknown', entry: 'closing' };
  return uid === ownUid() ? { kind: 'ours' } : { kind: 'other', uid };
}

const socketPeers: LoopbackPeers = {
  underWindows: false,
  owner: async (socket) => socketPeer(socket),
  holder: async () => undefined,
};

/** As `listenOnLoopback`, on a Unix socket, which no web page can reach whatever `Host` is given. */
export async function listenOnSocket(
  options: Omit<ListenerOptions, 'peers'> & { readonly path: string },
): Promise<Listener> {
  const { path } = options;
  return await openListener({ ...options, peers: socketPeers }, isFromProgram, (server) => bindOwnSocket(server, path));
}
