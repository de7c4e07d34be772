const vschar = /^[\x20-\x7e]+$/;

/**
 * Whether a text can be a token: VSCHAR (RFC 6749 appendix A), and not blank. A line feed in one would begin another
 * header or another line wherever it is written.
 */
export function isTokenText(text: string): boolean {
  return vschar.test(text) && text.trim() !== '';
}
