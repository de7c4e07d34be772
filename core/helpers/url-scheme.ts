import { asciiLowerCase } from '../config/ascii-lower-case.ts';

/** The URL with its scheme in lower case. A pattern with the flags `iu` would take `httpſ` for `https`. */
export function withPlainScheme(url: string): string {
  const end = url.indexOf(':');
  return end < 0 ? url : asciiLowerCase(url.slice(0, end)) + url.slice(end);
}
