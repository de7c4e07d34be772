/** All of stdin as text; undefined where it is more than `most` bytes or no UTF-8. */
export async function readAll(stdin: AsyncIterable<Uint8Array>, most: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks));
}

/** One JSON value, as soon as it is whole: a caller need not close stdin. Undefined where there is none. */
export async function readJson(stdin: AsyncIterable<Uint8Array>, most: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
    // Trying at every brace of many small chunks would be quadratic.
    if (!endsObject(chunk)) continue;
    const value = parseJson(decode(Buffer.concat(chunks)));
    if (value !== undefined) return value;
  }
  return parseJson(decode(Buffer.concat(chunks)));
}

export function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function endsObject(chunk: Uint8Array): boolean {
  return /\}\s*$/.test(Buffer.from(chunk.subarray(-8)).toString('latin1'));
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
