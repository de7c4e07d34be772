import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createServer as createVite, type Plugin } from 'vite';
import type { Logger } from '../../core/ports.ts';
import type { RunningApi } from '../../electron/api/app-api.ts';
import { rendererConfig } from '../vite.renderer.ts';
import { bridgePath, createBridge } from './bridge.ts';
import { refusalOf } from './guards.ts';
import { DevSession } from './session.ts';

export interface DevServer {
  /** With the one-time token in its fragment, which browsers send to nobody. */
  readonly address: string;
  close(): Promise<void>;
}

/** Puts the page's end of the bridge before the pages' own code. */
const withBridge: Plugin = {
  name: 'keytray-dev-bridge',
  transformIndexHtml: () => [
    { tag: 'script', attrs: { type: 'module', src: '/dev/bridge.ts' }, injectTo: 'head-prepend' as const },
  ],
};

/** The renderer with hot reload on one loopback port, and the bridge to the broker beside it. */
export async function startDevServer(running: RunningApi, logger: Logger, port = 0): Promise<DevServer> {
  const session = new DevSession();
  const bridge = createBridge({ running, session, logger });
  const server = createServer();
  const config = rendererConfig();
  const vite = await createVite({
    ...config,
    base: '/',
    plugins: [...(config.plugins ?? []), withBridge],
    cacheDir: join(import.meta.dirname, '../../out/.vite-dev'),
    appType: 'spa',
    server: { middlewareMode: true, hmr: { server } },
  });
  let authority = '';
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const refusal = refusalOf(request.method ?? '', request.headers, authority);
    if (refusal !== undefined) {
      response.writeHead(403).end(`refused: ${refusal}\n`);
      return;
    }
    const { pathname } = new URL(request.url ?? '/', `http://${authority}`);
    if (!pathname.startsWith(bridgePath)) {
      vite.middlewares(request, response);
      return;
    }
    bridge(request, response, pathname.slice(bridgePath.length)).catch(() => response.writeHead(400).end());
  };
  server.on('request', serve);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  authority = `127.0.0.1:${typeof bound === 'object' ? bound?.port : port}`;
  return {
    address: `http://${authority}/#token=${session.token}`,
    async close() {
      await vite.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
