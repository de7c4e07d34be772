import type { Readable } from 'node:stream';

/** The header block of a CGI answer (RFC 3875 §6.3). */
export interface CgiHead {
  /** From `Status`; 200 without one. */
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

const longestHead = 65_536;

/** Splits a CGI program's output into its head and the rest, unread. `head` is undefined where the output is none. */
export async function readCgiHead(
  output: Readable,
): Promise<{ readonly head: CgiHead | undefined; readonly body: AsyncIterable<Buffer> }> {
  const chunks = output[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let read = Buffer.alloc(0);
  let end = -1;
  while (end < 0 && read.length <= longestHead) {
    const next = await chunks.next();
    if (next.done === true) break;
    read = Buffer.concat([read, next.value]);
    end = read.indexOf('\r\n\r\n');
  }
  if (end < 0) return { head: undefined, body: rest(Buffer.alloc(0), chunks) };
  return { head: parseHead(read.toString('latin1', 0, end)), body: rest(read.subarray(end + 4), chunks) };
}

async function* rest(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

function parseHead(text: string): CgiHead {
  let status = 200;
  const headers: [string, string][] = [];
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers.push([name, value]);
  }
  return { status, headers };
}
