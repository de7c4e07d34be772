import { bodyTooLarge } from '../../core/http/unreadable-reply.ts';

/** A token or metadata document is a few KiB: more is a malfunction. */
const largestBody = 1024 * 1024;

/** Statuses for which the platform's Response refuses a body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** Reads an answer to its end; rejects where there is none within reason. */
export async function boundedResponse(answer: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > largestBody) {
      throw bodyTooLarge();
    }
    chunks.push(chunk);
  }
  const { status, statusText } = answer;
  const headers = new Headers(answer.headers);
  // Chromium has decoded it already.
  headers.delete('content-encoding');
  headers.delete('content-length');
  return new Response(bodiless.has(status) ? null : Buffer.concat(chunks), { status, statusText, headers });
}
