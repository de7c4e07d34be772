import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * AWS Signature Version 4 as a server checks it, from AWS's description of the canonical request. Written apart from
 * the library that signs in the product, so that neither is its own judge.
 */

export interface SignedMessage {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
}

const authorization =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Who signed; throws where the signature is not that of the secret key which `secretOf` gives for the key id. */
export function checkSignature(message: SignedMessage, secretOf: (keyId: string) => string | undefined): Signature {
  const { headers } = message;
  const parts = authorization.exec(headers.authorization ?? '');
  if (parts === null) throw new Error('the authorization header has another form');
  const [, accessKeyId = '', day = '', region = '', service = '', list = '', given = ''] = parts;
  const signedHeaders = list.split(';');
  if (signedHeaders.join() !== [...signedHeaders].sort().join()) throw new Error('the signed headers are not sorted');
  const amzDate = headers['x-amz-date'] ?? '';
  const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(amzDate);
  if (at === null || !amzDate.startsWith(day)) throw new Error('the date is not that of the scope');
  const secret = secretOf(accessKeyId);
  if (secret === undefined) throw new Error('the access key is not known');

  const canonicalHeaders = signedHeaders.map((name) => {
    const value = headers[name];
    if (value === undefined) throw new Error(`the signed header ${name} is missing`);
    return `${name}:${value.trim().replace(/ +/g, ' ')}\n`;
  });
  const canonical = [message.method, message.path, '', canonicalHeaders.join(''), list, sha256(message.body)].join(
    '\n',
  );
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', amzDate, scope, sha256(canonical)].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day));
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(given, 'hex'))) throw new Error('the signature is wrong');
  const [, year, month, date, hour, minute, second] = at.map(Number);
  const signedAt = Date.UTC(year ?? 0, (month ?? 1) - 1, date, hour, minute, second);
  return { accessKeyId, region, service, signedHeaders, signedAt };
}
