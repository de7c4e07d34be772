import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
}

export interface EchoServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

/** A web server that notes who asked, and answers what `answer` says. */
export async function startEchoServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  address: { readonly host?: string; readonly port?: number } = {},
): Promise<EchoServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', authorization: request.headers.authorization });
    answer(request, response);
  });
  const name = address.host ?? '127.0.0.1';
  server.listen(address.port ?? 0, name);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = name.includes(':') ? `[${name}]` : name;
  return {
    host: `${host}:${port}`,
    port,
    url: `http://${host}:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function bearer(token: string): string {
  return `Bearer ${token}`;
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
