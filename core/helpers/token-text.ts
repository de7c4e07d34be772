import type { Secret } from '../secret.ts';

/**
 * The token as text for the caller, or undefined where it has more than the visible characters of RFC 6750 §2.1:
 * a line end in it would start a line, or a header, of the server's choosing.
 */
export function tokenText(token: Secret): string | undefined {
  const text = token.reveal();
  return /^[\x21-\x7e]+$/.test(text) ? text : undefined;
}
