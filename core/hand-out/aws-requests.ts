import type { Fetch } from '../ports.ts';

type Values = Readonly<Record<string, string | readonly string[] | null>>;

/** What the clients of AWS's SDK send (`HttpRequest` of @smithy/core). */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query?: Values | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

interface SdkReply {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** The `requestHandler` of a client of AWS's SDK, over a fetch of ours: the SDK's own knows no proxy and no authority. */
export function awsRequests(fetch: Fetch) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest): Promise<{ readonly response: SdkReply }> {
      const { method, headers, body } = request;
      const text = body === undefined ? undefined : Buffer.from(body).toString();
      const sent = { method, headers, ...(text !== undefined && { body: text }) };
      // The SDK tells what may be tried again by the system's own error.
      const reply = await fetch(addressOf(request), sent).catch((error: unknown) => Promise.reject(systemError(error)));
      const bytes = new Uint8Array(await reply.arrayBuffer());
      return { response: { statusCode: reply.status, headers: Object.fromEntries(reply.headers), body: bytes } };
    },
    updateHttpClientConfig(): void {},
    httpHandlerConfigs: () => ({}),
  };
}

function addressOf({ protocol, hostname, port, path, query = {} }: SdkRequest): URL {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
  const pairs = Object.entries(query).flatMap(([name, value]) => [value ?? ''].flat().map((one) => [name, one]));
  // As the signature has it (Signature Version 4): a blank is %20, and only RFC 3986's unreserved characters stay.
  if (pairs.length > 0) url.search = pairs.map((pair) => pair.map(encoded).join('=')).join('&');
  return url;
}

const encoded = (text: string | undefined): string =>
  encodeURIComponent(text ?? '').replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

function systemError(error: unknown): unknown {
  const { cause } = error instanceof Error ? error : {};
  return cause instanceof Error ? systemError(cause) : error;
}
