/** A path as a rule sees it, and as the server gets it. Both say the same: what is sent was written from what was read. */
export interface RequestPath {
  readonly kind: 'path';
  /** Decoded, without dot segments; begins with a slash. */
  readonly decoded: string;
  /** The same, percent-encoded. */
  readonly encoded: string;
  /** With its question mark, as it came; empty where there is none. */
  readonly query: string;
}

export interface RefusedPath {
  readonly kind: 'refused';
  /** Follows "the path ". */
  readonly why: string;
}

const refused = (why: string): RefusedPath => ({ kind: 'refused', why });

/**
 * Reads the path and query of a request line (origin-form, RFC 9112 §3.2.1). Whatever two servers might read in two
 * ways is refused: the one that judges and the one that answers must mean the same resource.
 */
export function readRequestPath(target: string): RequestPath | RefusedPath {
  if (!target.startsWith('/')) return refused('does not begin with a slash');
  if (/[^\x21-\x7e]|#/.test(target)) return refused('has characters that must be percent-encoded');
  const mark = target.indexOf('?');
  const [raw, query] = mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark)];
  const override = overridesMethod(query);
  if (override) return refused('has _method in its query, which some servers take for the method');

  const kept: string[] = [];
  const segments = raw.slice(1).split('/');
  for (const [index, segment] of segments.entries()) {
    const text = decoded(segment);
    if (typeof text !== 'string') return text;
    const last = index === segments.length - 1;
    if (text === '..') {
      if (kept.pop() === undefined) return refused('leads above its beginning');
    } else if (text !== '.') {
      kept.push(text);
      continue;
    }
    // RFC 3986 §5.2.4: a dot segment at the end leaves the slash before it.
    if (last) kept.push('');
  }
  return { kind: 'path', decoded: `/${kept.join('/')}`, encoded: `/${kept.map(encoded).join('/')}`, query };
}

function decoded(segment: string): string | RefusedPath {
  let text: string;
  try {
    text = decodeURIComponent(segment);
  } catch {
    return refused('is not percent-encoded UTF-8');
  }
  if (/[\p{Cc}\p{Cf}]/u.test(text)) return refused('has control characters');
  // Some servers fold full-width forms into plain ones.
  const plain = text.normalize('NFKC');
  if (/[/\\]/.test(plain)) return refused('has an encoded slash or a backslash');
  if (/%(?:[0-9a-f]{2}|u[0-9a-f]{4})/i.test(plain)) return refused('is percent-encoded twice');
  const dots = text !== '.' && text !== '..' && /^\.{1,2}(?:[;\s].*)?$/.test(plain);
  return dots ? refused('has a dot segment in disguise') : text;
}

/** RFC 3986 §3.3, pchar: what encodeURIComponent encodes without need. */
const needless = /%(?:24|26|2B|2C|3A|3B|3D|40)/g;

const encoded = (segment: string): string =>
  encodeURIComponent(segment).replace(needless, (code) => decodeURIComponent(code));

function overridesMethod(query: string): boolean {
  return query
    .slice(1)
    .split(/[&;]/)
    .some((pair) => /^_method$/i.test(formDecoded(pair.split('=')[0] ?? '')));
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return text;
  }
}
