import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { bodyTooLarge, UnreadableReply, unparsable } from './unreadable-reply.ts';

/** A token or metadata document is a few KiB: more is a malfunction. */
const largestBody = 1024 * 1024;

/** Cookies and policies of gateways make heads of tens of KiB; Chromium draws the line here too. Node's own is 16 KiB. */
export const largestHead = 256 * 1024;

/** Statuses for which the platform's Response refuses a body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

export interface HttpRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

/**
 * One request, one answer, read to its end; the connection ends with it. Redirects are answers like others.
 * Throws `UnreadableReply` where the answer came and cannot be read.
 */
export async function exchange(socket: Socket, target: URL, { method, headers, body }: HttpRequest): Promise<Response> {
  let broken: Error | undefined;
  try {
    const sent = request({
      createConnection: () => socket,
      maxHeaderSize: largestHead,
      method,
      path: `${target.pathname}${target.search}`,
      headers: { accept: '*/*', 'accept-encoding': 'identity', ...Object.fromEntries(headers), host: target.host },
    });
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sent
        .once('response', resolve)
        .on('error', (error) => {
          // Of a body that cannot be parsed its reader learns only that it ended.
          broken = error;
          reject(error);
        })
        // Without a listener Node drops the connection and tells nobody.
        .once('upgrade', () => reject(noStatus()))
        .end(body);
    });
    const bytes = await decoded(await readBody(answer), answer.headers['content-encoding']);
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 599) throw noStatus();
    return new Response(bodiless.has(status) ? null : bytes, {
      status,
      statusText: answer.statusMessage ?? '',
      headers: pairsOf(answer.rawHeaders),
    });
  } catch (error) {
    // The reader of a connection that was ended only learns that it was.
    throw unparsable(broken) ?? socket.errored ?? error;
  } finally {
    socket.destroy();
  }
}

async function readBody(answer: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > largestBody) throw bodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

type Decoder = (bytes: Buffer, limits: { readonly maxOutputLength: number }) => Promise<Buffer<ArrayBuffer>>;
const decoders: ReadonlyMap<string, Decoder> = new Map([
  ['gzip', promisify(gunzip) as Decoder],
  ['x-gzip', promisify(gunzip) as Decoder],
  ['deflate', promisify(inflate) as Decoder],
  ['br', promisify(brotliDecompress) as Decoder],
]);

/** Nobody was asked to compress, but documents that lie compressed on a file server come so all the same. */
async function decoded(bytes: Buffer<ArrayBuffer>, coding: string | undefined): Promise<Buffer<ArrayBuffer>> {
  const decode = decoders.get((coding ?? '').trim().toLowerCase());
  if (decode === undefined || bytes.length === 0) return bytes;
  return await decode(bytes, { maxOutputLength: largestBody }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ERR_BUFFER_TOO_LARGE'
      ? bodyTooLarge()
      : new UnreadableReply('BODY_NOT_DECODED', 'it cannot be unpacked');
  });
}

function pairsOf(rawHeaders: readonly string[]): [string, string][] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []));
}

const noStatus = (): UnreadableReply => new UnreadableReply('NO_HTTP_STATUS', 'its status is not one of an answer');
