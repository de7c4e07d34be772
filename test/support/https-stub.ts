import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Certificate, makeCertificate } from './certificate.ts';

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly status: number;
}

export interface HttpsStub {
  readonly certificate: Certificate;
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly url: string;
  /** What was answered, in order. */
  readonly requests: readonly StubRequest[];
  close(): Promise<void>;
}

/** An HTTPS server on loopback with a certificate made in `folder`. */
export async function startHttpsStub(
  folder: string,
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<HttpsStub> {
  const certificate = await makeCertificate(folder);
  const requests: StubRequest[] = [];
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    response.once('finish', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, path: url, authorization: headers.authorization, status: response.statusCode });
    });
    serve(request, response).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    certificate,
    host,
    url: `https://${host}`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
