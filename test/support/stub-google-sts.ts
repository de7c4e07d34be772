import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { checkIdToken } from './id-token-check.ts';

export interface StubGoogleSts {
  readonly tokenUrl: string;
  /** Token exchanges, in order (RFC 8693). */
  readonly exchanges: readonly URLSearchParams[];
  /** Access tokens it gave. */
  readonly issued: readonly string[];
  close(): Promise<void>;
}

/** Google's security token service as far as its libraries see it: an ID token of this issuer for an access token. */
export async function startStubGoogleSts(trusts: {
  readonly issuer: string;
  readonly audience: string;
}): Promise<StubGoogleSts> {
  const exchanges: URLSearchParams[] = [];
  const issued: string[] = [];

  const exchange = async (form: URLSearchParams): Promise<{ readonly status: number; readonly body: object }> => {
    exchanges.push(form);
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:token-exchange') {
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    }
    try {
      await checkIdToken(form.get('subject_token') ?? '', trusts.issuer, trusts.audience);
    } catch (error) {
      const description = error instanceof Error ? error.message : '';
      return { status: 400, body: { error: 'invalid_grant', error_description: description } };
    }
    const access_token = `ya29.${randomBytes(20).toString('base64url')}`;
    issued.push(access_token);
    const issued_token_type = 'urn:ietf:params:oauth:token-type:access_token';
    return { status: 200, body: { access_token, issued_token_type, token_type: 'Bearer', expires_in: 3_600 } };
  };

  const server = createServer((request, response) => {
    void text(request)
      .then((body) => exchange(new URLSearchParams(body)))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    tokenUrl: `http://127.0.0.1:${port}/v1/token`,
    exchanges,
    issued,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
