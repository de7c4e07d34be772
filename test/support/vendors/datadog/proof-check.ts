import { checkSignature } from './sigv4.ts';

export interface AwsPrincipal {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly arn: string;
}

export interface CheckedProof {
  readonly principal: AwsPrincipal;
  readonly orgUuid: string;
  readonly region: string;
}

/** The headers a proof signs, all of them and no other. */
const signed = 'content-length,content-type,host,x-amz-date,x-amz-security-token,x-ddog-org-id';
const bodyText = 'Action=GetCallerIdentity&Version=2011-06-15';
const stsHost = /^sts(?:\.([a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com$/;
const longestSkew = 15 * 60_000;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Takes a proof apart and checks it as AWS STS would check the request in it. Throws where anything is off. */
export function checkProof(proof: string, principals: readonly AwsPrincipal[], now: number): CheckedProof {
  const parts = proof.split('|');
  const [body64 = '', headers64 = '', method = '', url64 = ''] = parts;
  if (parts.length !== 4) throw new Error('a proof has four parts');
  const body = decoded(body64);
  if (body !== bodyText) throw new Error('the body is another request');
  if (method !== 'POST') throw new Error('the method is not POST');

  const headers = headersIn(decoded(headers64));
  const { host = '' } = headers;
  if (decoded(url64) !== `https://${host}`) throw new Error('the URL is not that of the host header');
  const region = stsHost.exec(host)?.[1] ?? 'us-east-1';
  if (!stsHost.test(host)) throw new Error(`${host} is not AWS STS`);
  if (headers['content-length'] !== `${body.length}`) throw new Error('the content length is wrong');
  if (headers['content-type'] !== 'application/x-www-form-urlencoded; charset=utf-8') {
    throw new Error('the content type is another');
  }
  const secretOf = (id: string) => principals.find(({ accessKeyId }) => accessKeyId === id)?.secretAccessKey;
  const signature = checkSignature({ method, path: '/', headers, body }, secretOf);
  if (signature.signedHeaders.join() !== signed) throw new Error('other headers are signed');
  if (signature.service !== 'sts' || signature.region !== region) throw new Error('the scope is of another place');
  if (Math.abs(signature.signedAt - now) > longestSkew) throw new Error('signed at another time');
  const principal = principals.find(({ accessKeyId }) => accessKeyId === signature.accessKeyId);
  if (principal === undefined || headers['x-amz-security-token'] !== principal.sessionToken) {
    throw new Error('the session token is not known');
  }
  return { principal, orgUuid: headers['x-ddog-org-id'] ?? '', region };
}

function decoded(text: string): string {
  if (!base64.test(text)) throw new Error('a part is not standard base64');
  return Buffer.from(text, 'base64').toString();
}

/** `{name: [value]}`, each header once. */
function headersIn(text: string): Record<string, string> {
  const json: unknown = JSON.parse(text);
  if (typeof json !== 'object' || json === null) throw new Error('the headers are not an object');
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(json)) {
    const key = name.toLowerCase();
    const value: unknown = Array.isArray(values) && values.length === 1 ? values[0] : undefined;
    if (typeof value !== 'string' || key in headers) throw new Error(`the header ${name} is not given once`);
    headers[key] = value;
  }
  return headers;
}
