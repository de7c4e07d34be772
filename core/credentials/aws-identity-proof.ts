import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { SignatureV4 } from '@smithy/signature-v4';
import { KeytrayError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { regionName } from './aws-role.ts';

/** Credentials of an AWS session. Long-lived keys have no session token, and Datadog takes none of them. */
export interface AwsSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
}

export interface ProofRequest {
  readonly session: AwsSession;
  /** The organization the proof is for: it is signed too, so that another one can do nothing with it. */
  readonly orgUuid: string;
  /** Undefined: the global endpoint of AWS STS. */
  readonly region: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly userAgent: string;
}

const body = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * A signed GetCallerIdentity request (AWS Signature Version 4) that is itself never sent to AWS: Datadog sends it, and
 * learns from the answer who we are. Whoever holds it can do the same for fifteen minutes.
 */
export async function signIdentityProof({ session, orgUuid, region, at, userAgent }: ProofRequest): Promise<Secret> {
  const host = stsHost(region);
  const headers = {
    'Content-Length': `${body.length}`,
    'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
    'X-Amz-Date': amzDate(at),
    'x-ddog-org-id': orgUuid,
    'X-Amz-Security-Token': session.sessionToken.reveal(),
    host,
  };
  const signer = await signerFor(session, region ?? 'us-east-1');
  const signed = await signer.sign(
    { method: 'POST', protocol: 'https:', hostname: host, path: '/', headers, body },
    { signingDate: new Date(at) },
  );
  const { authorization = '' } = signed.headers;
  const sent = { ...headers, Authorization: authorization, 'User-Agent': userAgent };
  const listed = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]]));
  return new Secret([base64(body), base64(JSON.stringify(listed)), 'POST', base64(`https://${host}`)].join('|'));
}

/** Loaded when the first proof is signed: few brokers ever sign one. */
async function signerFor(session: AwsSession, region: string): Promise<SignatureV4> {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const credentials = {
    accessKeyId: session.accessKeyId,
    secretAccessKey: session.secretAccessKey.reveal(),
    sessionToken: session.sessionToken.reveal(),
  };
  return new SignatureV4({ credentials, region, service: 'sts', sha256: Sha256, applyChecksum: false });
}

/** One label of a host name: a proof is of use to nobody who is not sent it by AWS's own name. */
function stsHost(region: string | undefined): string {
  if (region === undefined) return 'sts.amazonaws.com';
  if (!regionName.test(region))
    throw new KeytrayError('misconfigured', `${region} is not an AWS region`, {
      advice: 'Correct settings.region of the account; one is eu-west-1.',
    });
  return `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** `20260301T120005Z` */
const amzDate = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');

const base64 = (text: string): string => Buffer.from(text).toString('base64');

type Chunk = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (chunk: Chunk): Buffer => {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  return ArrayBuffer.isView(chunk) ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.from(chunk);
};

/** SHA-256, keyed or not, in the shape the signing library asks for. */
class Sha256 {
  readonly #key: Buffer | undefined;
  #hash: Hash | Hmac;

  constructor(key?: Chunk) {
    this.#key = key === undefined ? undefined : bytesOf(key);
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    return this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key);
  }

  update(chunk: Chunk): void {
    this.#hash.update(bytesOf(chunk));
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#begin();
  }
}
