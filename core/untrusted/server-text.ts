/** RFC 6749 §5.2: the characters an error code may have. The length is ours. */
export function isErrorCode(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(value) && value.trim() !== '';
}

/** Takes out the values of a request that a careless server repeats in its answer. */
export function withoutValues(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => (secret.length < 6 ? left : left.replaceAll(secret, '[secret]')), text);
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const isToken = (word: string): boolean =>
  !uuid.test(word) && ((/\d/.test(word) && /[a-z]/i.test(word)) || (/[a-z]/.test(word) && /[A-Z]/.test(word)));

/**
 * Takes out every long word that mixes letters with digits or cases: a token, whichever request it came from. UUIDs
 * stay; servers number their errors with them.
 */
export function withoutTokens(text: string): string {
  return text.replace(/[\w-]{20,}(?:[.~+/=][\w-]+)*/g, (word) => (isToken(word) ? '[secret]' : word));
}
