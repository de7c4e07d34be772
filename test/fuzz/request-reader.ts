import { METHODS } from 'node:http';

/**
 * HTTP/1.1 requests read by the letter of RFC 9112, apart from the parser under attack. Bytes are Latin-1 characters.
 */
export type ReadRequest =
  | {
      readonly kind: 'request';
      readonly method: string;
      readonly target: string;
      /** Name in lower case and trimmed value, in order. */
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly headEnd: number;
      /** Behind the body; undefined where the body is not all there. */
      readonly end: number | undefined;
    }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed' };

export type Request = Extract<ReadRequest, { readonly kind: 'request' }>;

const malformed = { kind: 'malformed' } as const;
const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/;
const methods: ReadonlySet<string> = new Set(METHODS);

export function readRequest(text: string, from: number): ReadRequest {
  let start = from;
  // Section 2.2: empty lines before a request are passed over.
  while (text[start] === '\r' || text[start] === '\n') start += 1;
  const headEnd = text.indexOf('\r\n\r\n', start);
  if (headEnd === -1) return { kind: 'incomplete' };
  const [first = '', ...lines] = text.slice(start, headEnd).split('\r\n');
  // Node's parser takes more than one space; the rules are the same for those.
  const line = /^([A-Z-]+) +([\x21-\x7e]+) +HTTP\/1\.[01]$/.exec(first);
  const [, method = '', target = ''] = line ?? [];
  if (!methods.has(method)) return malformed;
  const headers: (readonly [string, string])[] = [];
  for (const each of lines) {
    const header = field.exec(each);
    if (header === null) return malformed;
    headers.push([(header[1] ?? '').toLowerCase(), (header[2] ?? '').replace(/^[\t ]+|[\t ]+$/g, '')]);
  }
  const body = bodyEnd(text, headEnd + 4, headers);
  return body === 'malformed'
    ? malformed
    : { kind: 'request', method, target, headers, headEnd: headEnd + 4, end: body };
}

export function valuesOf({ headers }: Pick<Request, 'headers'>, wanted: string): readonly string[] {
  return headers.filter(([name]) => name === wanted).map(([, value]) => value);
}

function bodyEnd(text: string, start: number, headers: Request['headers']): number | undefined | 'malformed' {
  const codings = valuesOf({ headers }, 'transfer-encoding');
  const lengths = valuesOf({ headers }, 'content-length');
  if (codings.length > 0) {
    const last = codings
      .join(',')
      .toLowerCase()
      .split(',')
      .map((coding) => coding.trim())
      .at(-1);
    return lengths.length > 0 || last !== 'chunked' ? 'malformed' : chunksEnd(text, start);
  }
  if (lengths.length === 0) return start;
  const [length = ''] = lengths;
  if (lengths.length > 1 || !/^\d{1,15}$/.test(length)) return 'malformed';
  const end = start + Number(length);
  return end <= text.length ? end : undefined;
}

function chunksEnd(text: string, start: number): number | undefined | 'malformed' {
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = /^([0-9a-fA-F]{1,8})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?$/.exec(text.slice(at, lineEnd))?.[1];
    if (size === undefined) return 'malformed';
    const length = Number.parseInt(size, 16);
    at = lineEnd + 2 + length;
    if (length === 0) return trailersEnd(text, at);
    if (at + 2 > text.length) return undefined;
    if (!text.startsWith('\r\n', at)) return 'malformed';
    at += 2;
  }
}

/** Section 7.1.2: they are read and of no account. */
function trailersEnd(text: string, start: number): number | undefined | 'malformed' {
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    if (lineEnd === at) return at + 2;
    if (!field.test(text.slice(at, lineEnd))) return 'malformed';
    at = lineEnd + 2;
  }
}
