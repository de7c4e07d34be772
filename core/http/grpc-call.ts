import { deadline } from '../concurrency/deadline.ts';
import type { Clock, TlsSettings } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { readAuthority, trusting } from './trusted-authorities.ts';

export interface GrpcCall {
  /** `HOST:PORT` */
  readonly host: string;
  /** `/package.Service/Method` */
  readonly path: string;
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  readonly tls: TlsSettings;
  readonly clock: Pick<Clock, 'after'>;
  readonly signal: AbortSignal;
}

/** Status of the call (`google.rpc.Code`): 0 is OK. */
export interface GrpcAnswer {
  readonly code: number;
  readonly details: string;
}

/** Milliseconds from the connection to the answer. */
const longest = 10_000;
const bytes = (value: Buffer): Buffer => value;

/** A unary call with an empty message, always over TLS. Trouble on the way is a status too (14, `UNAVAILABLE`). */
export async function askGrpc({ host, path, headers, tls, clock, signal }: GrpcCall): Promise<GrpcAnswer> {
  const authority = tls.ca === undefined ? undefined : await readAuthority(tls.ca);
  // Half a megabyte of code that most brokers never need.
  const { Client, Metadata, credentials } = await import('@grpc/grpc-js');
  const channel = credentials.createFromSecureContext(trusting(authority), { rejectUnauthorized: tls.verify });
  const client = new Client(host, channel, { 'grpc.enable_retries': 0 });
  const metadata = new Metadata();
  for (const { name, value } of headers) metadata.set(name.toLowerCase(), value.reveal());
  const limit = deadline(clock, longest);
  const over = AbortSignal.any([signal, limit.signal]);
  try {
    return await new Promise((resolve) => {
      const call = client.makeUnaryRequest(path, bytes, bytes, Buffer.alloc(0), metadata, (error) => {
        resolve({ code: error?.code ?? 0, details: error?.details ?? '' });
      });
      over.addEventListener('abort', () => call.cancel(), { once: true });
    });
  } finally {
    limit.cancel();
    client.close();
  }
}
