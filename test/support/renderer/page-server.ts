import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { bundleHandler } from '../../../electron/security/bundle-handler.ts';
import { origin } from '../../../electron/security/origin.ts';

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a built renderer with the app's own handler, so with its very headers; only the scheme is http. */
export async function servePages(folder: string): Promise<PageServer> {
  const answer = bundleHandler({
    read: async (name) => new Uint8Array(await readFile(path.join(folder, name))),
  });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://pages');
    const asked = new Request(`${origin}${pathname === '/' ? '/index.html' : pathname}`);
    answer(asked).then(
      async ({ status, headers, body }) => {
        response.writeHead(status, Object.fromEntries(headers));
        response.end(body === null ? '' : Buffer.from(await new Response(body).arrayBuffer()));
      },
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
