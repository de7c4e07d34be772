import { createServer } from 'node:net';
import { peerOf } from '../../../core/platform/peer-credentials.ts';

/** `name-peer.ts SOCKET`: listens, and prints who the first to connect is, as JSON. */
const [, , path = ''] = process.argv;
const server = createServer({ pauseOnConnect: true }, (socket) => {
  process.stdout.write(`${JSON.stringify(peerOf(socket) ?? null)}\n`);
  socket.destroy();
  server.close();
});
server.listen(path, () => process.stderr.write('listening\n'));
