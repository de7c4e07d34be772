const vschar = /^[\x20-\x7e]+$/;

/**
 * Whether a text can be a token: VSCHAR (RFC 6749 appendix A), and not blank. A line feed in one would begin another
 * header or another line wherever it is written.
 */
export function isTokenText(text: string): boolean {
  return vschar.test(text) && text.trim() !== '';
}

/**
 * Whether a text can be a secret that a person was given. Servers also make ones that are no VSCHAR; a control
 * character is a sign of a copy that went wrong.
 */
export function isSecretText(text: string): boolean {
  return !/\p{Cc}/u.test(text) && text.trim() !== '';
}
