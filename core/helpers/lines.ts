/** Longest line that is read; what is longer ends the call. */
const longestLine = 1_048_576;
const newline = 0x0a;

/** Lines of stdin as they come, split on `\n` alone. A last one without its newline counts. */
export async function* linesOf(stdin: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pending: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      yield Buffer.concat([...pending, chunk.subarray(start, end)]).toString();
      pending = [];
      length = 0;
      start = end + 1;
    }
    length += chunk.length - start;
    if (length > longestLine) return;
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) yield Buffer.concat(pending).toString();
}
