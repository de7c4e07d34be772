import { withPlainScheme } from './url-scheme.ts';

/**
 * Takes the user name out of `https://name@host/`, percent-decoded. A URL with a password, or with a name that cannot
 * be decoded, stays whole: it is then no URL to those who read it next.
 */
export function splitUserName(url: string): { readonly url: string; readonly username: string | undefined } {
  const [, scheme, name, rest] = /^(https?:\/\/)([^/?#@:\\\s\p{C}]+)@(.*)$/su.exec(withPlainScheme(url)) ?? [];
  const username = name === undefined ? undefined : decoded(name);
  return username === undefined ? { url, username } : { url: `${scheme}${rest}`, username };
}

function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text);
    return /\p{C}/u.test(plain) ? undefined : plain;
  } catch {
    return undefined;
  }
}
