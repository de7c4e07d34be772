import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { rawExchange, requestText } from './raw-exchange.ts';

/**
 * `holder-process.ts SOCKET COUNT [BYTES]`: another program that holds that many connections, idle or having sent these
 * bytes (base64). Tells its parent when it
 * does; asked for `status` it makes one request more and tells the status, asked for `open` how many are left.
 */
const [, , socketPath = '', count = '0', said = ''] = process.argv;

const open = new Set<Socket>();
for (let index = 0; index < Number(count); index += 1) {
  const socket = connect(socketPath);
  await once(socket, 'connect');
  open.add(socket);
  if (said !== '') socket.write(Buffer.from(said, 'base64'));
  socket.resume().on('error', () => undefined);
  socket.once('close', () => open.delete(socket));
}
process.on('message', (question) => {
  if (question === 'open') process.send?.(open.size);
  else void rawExchange(socketPath, requestText('GET /v1/status')).then(({ status }) => process.send?.(status));
});
process.once('disconnect', () => process.exit());
process.send?.('here');
