import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';

export const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);
export const authority = fixture('authority.pem');

/** Valid for 127.0.0.1, localhost and login.lab.example, under `authority`. */
export const serverCertificate = (): { readonly key: Buffer; readonly cert: Buffer } => ({
  key: readFileSync(fixture('server.key')),
  cert: readFileSync(fixture('server.pem')),
});

export interface Listening {
  readonly port: number;
  /** Connections end with it. */
  close(): Promise<void>;
}

export async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // Callers that time out or give up are what some tests are about.
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export interface SecureServer extends Listening {
  readonly url: string;
}

/** Answers `hello` and the Host it was asked for. */
export async function startSecureServer(): Promise<SecureServer> {
  const server = createServer(serverCertificate(), (request, response) =>
    response.end(`hello ${request.headers.host}`),
  );
  const running = await listening(server);
  return { ...running, url: `https://127.0.0.1:${running.port}/` };
}

/** What a failed fetch says it failed on. */
export const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) =>
      error instanceof Error && error.cause instanceof Object && 'code' in error.cause ? error.cause.code : error,
  );
