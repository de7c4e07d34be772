/**
 * The path of a URL as paths are compared, of a pattern and of what a tool asks for alike: some tools send it
 * percent-encoded, git decoded. `My%20Project` and `My Project` are the same segment; an encoded slash is part of
 * its segment (RFC 3986 §2.2). One leading and one trailing slash mean nothing.
 *
 * Undefined where servers and proxies may disagree about what is meant: dot segments and empty ones, a query, a
 * backslash, control characters, what is encoded twice, and each of these in disguise.
 */
export function pathSegments(path: string): readonly string[] | undefined {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  if (trimmed === '') return [];
  const segments = trimmed.split('/').map(decodedSegment);
  return segments.every((segment) => segment !== undefined) ? segments : undefined;
}

/** Nearly every segment: looked at first, because each request is held against every pattern. */
const plainSegment = /^[\w~@+-][\w.~@+-]*$/;

function decodedSegment(text: string): string | undefined {
  if (plainSegment.test(text)) return text;
  const decoded = percentDecoded(text)?.normalize('NFC');
  if (decoded === undefined || /[\\?#\p{C}]|[^\S ]|%[\da-f]{2}/iu.test(decoded)) return undefined;
  return decoded.split('/').every((part) => part !== '' && part !== '.' && part !== '..') ? decoded : undefined;
}

/** A `%` that encodes nothing is one: git asks for `100%` where the URL says `100%25`. */
function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'));
  } catch {
    return undefined;
  }
}

/** The same as a URL has it: `/My%20Project/api`, or nothing. */
export function pathOfSegments(segments: readonly string[]): string {
  const encoded = (segment: string): string =>
    encodeURIComponent(segment).replace(/%(?:2[46bBcC]|3[aAbBdD]|40)/g, decodeURIComponent);
  return segments.map((segment) => `/${encoded(segment)}`).join('');
}
