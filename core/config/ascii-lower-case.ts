/**
 * Lower case for what is compared as ASCII: schemes, host names, e-mail addresses. `toLowerCase` also turns U+212A
 * KELVIN SIGN into `k` and gives U+0130 an `i`, so that a foreign name could pass for a known one.
 */
export function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
