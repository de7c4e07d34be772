import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeFrame } from '../../../core/wire/frames.ts';
import { clients, removeClients } from './clients.ts';
import { openScene } from './scene.ts';

afterAll(removeClients);

const accepted = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: keytray-helper/1\r\n\r\n';
const failed = encodeFrame('X', Uint8Array.of(4));

describe.each(clients.filter(({ title }) => title !== 'the twin'))('keytray token, $title', (client) => {
  it.each<[string, readonly Uint8Array[], { readonly stdout: string; readonly stderr: string }]>([
    ['something and then fails', [encodeFrame('O', 'at-'), failed], { stdout: 'at-', stderr: '' }],
    [
      'something, a line for people, and then fails',
      [encodeFrame('O', 'at-'), encodeFrame('R', 'keytray: sign in\n'), failed],
      { stdout: 'at-', stderr: '' },
    ],
  ])('ends with the status of a broker that says %s', async (_, frames, output) => {
    await using scene = await openScene(client);
    const socketPath = join(scene.socket.folder, 'odd.sock');
    await scene.listen(socketPath, (connection) => {
      connection.on('error', () => undefined);
      connection.end(Buffer.concat([Buffer.from(accepted), ...frames]));
    });
    const result = await scene.run(['keytray', 'token', 'lab'], '', { socketPath });
    expect(result).toEqual({ status: 4, ...output });
  });
});
