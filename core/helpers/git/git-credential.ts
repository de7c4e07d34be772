/**
 * The attribute format of git-credential(1): `key=value` lines, ended by a blank line or the end of input.
 * Lines are split on `\n` alone. A carriage return or NUL in a request is an attack on helpers that split
 * elsewhere (CVE-2024-52006, CVE-2020-5260), so such a request is refused as a whole.
 */

/** Longest line in bytes, its newline included. */
export const longestLine = 65_535;
/** git sends well under a kilobyte; the rest is room for long challenges. */
export const longestRequest = 1_048_576;

const newline = 0x0a;

/** Attributes in order of appearance: single keys hold the last value, `key[]` keys every value. */
export interface GitCredential {
  readonly single: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

export type ParsedRequest =
  | { readonly kind: 'request'; readonly credential: GitCredential }
  | { readonly kind: 'malformed'; readonly reason: string };

export type ReadRequest =
  | { readonly kind: 'complete'; readonly bytes: Uint8Array }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * Reads one request: to the blank line or the end of input, whichever comes first. Callers that keep
 * stdin open send the blank line; git itself closes stdin and sends none.
 */
export async function readRequest(stdin: AsyncIterable<Uint8Array>): Promise<ReadRequest> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let atLineStart = true;
  for await (const chunk of stdin) {
    const end = blankLine(chunk, atLineStart);
    const taken = end === undefined ? chunk : chunk.subarray(0, end);
    length += taken.length;
    if (length > longestRequest) return { kind: 'malformed', reason: 'the request is too long' };
    chunks.push(taken);
    if (end !== undefined) break;
    if (chunk.length > 0) atLineStart = chunk[chunk.length - 1] === newline;
  }
  return { kind: 'complete', bytes: Buffer.concat(chunks) };
}

export function parseGitCredential(bytes: Uint8Array): ParsedRequest {
  const single = new Map<string, string>();
  const lists = new Map<string, string[]>();
  for (const line of linesOf(bytes)) {
    if (line.length === 0) break;
    if (line.length >= longestLine) return { kind: 'malformed', reason: 'a line is too long' };
    if (line.includes(0x0d) || line.includes(0)) {
      return { kind: 'malformed', reason: 'a line holds a carriage return or NUL' };
    }
    const text = line.toString('utf8');
    const equals = text.indexOf('=');
    if (equals < 0) return { kind: 'malformed', reason: 'a line has no "="' };
    keep(text.slice(0, equals), text.slice(equals + 1), single, lists);
  }
  return { kind: 'request', credential: { single, lists } };
}

export type FormattedAnswer =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'unsafe'; readonly key: string };

/** One line per pair, in the order given. A value that could start a line of its own makes the whole answer unsafe. */
export function formatGitCredential(pairs: readonly (readonly [key: string, value: string])[]): FormattedAnswer {
  let text = '';
  for (const [key, value] of pairs) {
    const line = `${key}=${value}\n`;
    if (isUnsafe(value) || Buffer.byteLength(line) > longestLine) return { kind: 'unsafe', key };
    text += line;
  }
  return { kind: 'answer', text };
}

function isUnsafe(value: string): boolean {
  return value.includes('\n') || value.includes('\r') || value.includes('\0');
}

/** Later single values win; an empty `key[]` forgets what came before, as git does. */
function keep(key: string, value: string, single: Map<string, string>, lists: Map<string, string[]>): void {
  if (!key.endsWith('[]')) {
    single.set(key, value);
    return;
  }
  const list = value === '' ? [] : (lists.get(key) ?? []);
  if (value !== '') list.push(value);
  lists.set(key, list);
}

/** Where the blank line ends in this chunk, or undefined. */
function blankLine(chunk: Uint8Array, atLineStart: boolean): number | undefined {
  if (atLineStart && chunk[0] === newline) return 1;
  let from = chunk.indexOf(newline);
  while (from >= 0) {
    if (chunk[from + 1] === newline) return from + 2;
    from = chunk.indexOf(newline, from + 1);
  }
  return undefined;
}

function* linesOf(bytes: Uint8Array): Generator<Buffer> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  while (start < buffer.length) {
    const end = buffer.indexOf(newline, start);
    yield buffer.subarray(start, end < 0 ? buffer.length : end);
    if (end < 0) return;
    start = end + 1;
  }
}
