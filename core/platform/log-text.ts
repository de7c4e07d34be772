import type { LogFields } from '../ports.ts';
import { printable } from '../untrusted/plain-text.ts';

/** What a log line may hold. A net below `Secret`, for the words of other people's programs. Pure. */

const shapes: readonly (readonly [RegExp, string])[] = [
  // RFC 6750 and RFC 7617.
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 [secret]'],
  // JSON Web Tokens: RFC 7515, a header that begins with {".
  [/\beyJ[\w-]{6,}(?:\.[\w-]*)+/g, '[secret]'],
  // Tokens that say what they are: GitHub, GitLab, Google, Databricks, npm.
  [/\b(?:gh[opsur]_|github_pat_|glpat-|gloas-|gldt-|ya29\.|1\/\/0|dapi|npm_)[\w.-]{8,}/g, '[secret]'],
  // Name and password of an address (a proxy's), then its query: codes, states, tokens.
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]+@/gi, '$1[secret]@'],
  [/([a-z][a-z0-9+.-]*:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, '$1?[secret]'],
  // Parameters by the names RFC 6749, 7636 and OpenID Connect give them, as a form, JSON or prose has them.
  [
    /\b((?:access|refresh|id)_token|code_verifier|client_secret|client_assertion|password)(["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/g,
    '$1$2[secret]',
  ],
  // Words of other meanings as well: as a form only.
  [/\b(code|state|nonce)=[^\s"'&,;}]+/g, '$1=[secret]'],
];

// Most texts hold none of them, and one look is quicker than eight.
const anyShape = new RegExp(shapes.map(([shape]) => shape.source).join('|'), 'i');

export function withoutCredentials(text: string): string {
  if (!anyShape.test(text)) return text;
  return shapes.reduce((left, [shape, mask]) => left.replace(shape, mask), text);
}

/** Masked, and without what would steer the terminal of whoever reads the log. */
export const loggable = (text: string): string => printable(withoutCredentials(text));

/** The type allows words and numbers only; at run time anything may come, an error with a reply inside for example. */
export function cleanFields(fields: LogFields): Record<string, string | number | boolean> {
  const clean: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries<unknown>(fields)) {
    switch (typeof value) {
      case 'string':
        clean[name] = loggable(value);
        break;
      case 'number':
      case 'boolean':
        clean[name] = value;
        break;
      case 'undefined':
        break;
      default:
        clean[name] = '[left out]';
    }
  }
  return clean;
}
