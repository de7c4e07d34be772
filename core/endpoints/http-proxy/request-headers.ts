import { Secret } from '../../secret.ts';

export interface CallerProof {
  readonly secret: Secret;
  /** It was in the path already. */
  readonly inPath: boolean;
  /** Names of the headers the account's credential is sent in. */
  readonly presented: readonly string[];
}

export type JudgedHeaders =
  /** Names and values in turn, as node:http has them; without what belongs to the connection. */
  | { readonly kind: 'pass'; readonly headers: readonly string[] }
  | { readonly kind: 'refused'; readonly why: string }
  /** No secret was brought. */
  | { readonly kind: 'unproven' };

/** RFC 9110 §7.6.1, and what the request to the server gets anew. */
const ofTheConnection: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
]);

/** With one of these the server would do something else than was judged. */
const overriding: ReadonlySet<string> = new Set([
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-method',
  'x-original-uri',
  'x-original-url',
  'x-override-url',
  'x-rewrite-url',
]);

const credentials: readonly string[] = ['authorization', 'cookie', 'proxy-authorization'];

/** Judges the headers of a caller and takes off what proved it. */
export function judgeHeaders(raw: readonly string[], proof: CallerProof): JudgedHeaders {
  const presented = proof.presented.map((name) => name.toLowerCase());
  const guarded = new Set([...credentials, ...presented].map(canonical));
  const dropped = namedByConnection(raw);
  let proven = proof.inPath;
  let refusal: string | undefined;
  const headers: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const lower = name.toLowerCase();
    const plain = canonical(lower);
    if (guarded.has(plain)) {
      if (bringsSecret(lower, value, presented, proof.secret)) proven = true;
      else refusal ??= `the request has ${name} of its own`;
    } else if (overriding.has(plain)) refusal ??= `${name} is not passed on`;
    else if (plain === 'upgrade' || plain === 'http2-settings') {
      refusal ??= 'the connection cannot be upgraded: send HTTP/1.1';
    } else if (plain === 'transfer-encoding' && value.trim().toLowerCase() !== 'chunked') {
      refusal ??= 'no transfer coding but chunked is known';
    } else if (!ofTheConnection.has(plain) && !dropped.has(lower) && !isForwarded(plain)) headers.push(name, value);
  }
  if (!proven) return { kind: 'unproven' };
  return refusal === undefined ? { kind: 'pass', headers } : { kind: 'refused', why: refusal };
}

/** Servers behind CGI and WSGI cannot tell `_` from `-`. */
const canonical = (name: string): string => name.replaceAll('_', '-');

/** Where the request came from is nobody's business, and some servers take their own address from it. */
const isForwarded = (name: string): boolean => name === 'forwarded' || name.startsWith('x-forwarded-');

function namedByConnection(raw: readonly string[]): ReadonlySet<string> {
  const values = [...pairs(raw)].filter(([name]) => name.toLowerCase() === 'connection').map(([, value]) => value);
  return new Set(values.flatMap((value) => value.split(',')).map((name) => name.trim().toLowerCase()));
}

/** In the place where a client has a field for a key. */
function bringsSecret(name: string, value: string, presented: readonly string[], secret: Secret): boolean {
  const is = (text: string): boolean => secret.equals(new Secret(text));
  if (name !== 'authorization') return presented.includes(name) && is(value.trim());
  const [, scheme = '', rest = ''] = /^\s*(\S+) +(\S+)\s*$/.exec(value) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return is(rest);
    case 'basic': {
      // RFC 7617: the first colon parts user and password.
      const [, user = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(rest, 'base64').toString()) ?? [];
      return is(user) || is(password);
    }
    default:
      return false;
  }
}

export function* pairs(raw: readonly string[]): Generator<readonly [name: string, value: string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? '', raw[index + 1] ?? ''];
}
