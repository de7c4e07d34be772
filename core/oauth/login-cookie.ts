import { randomBytes } from 'node:crypto';
import { Secret } from '../secret.ts';

/**
 * What a browser that began a sign-in at the start address brings to the redirect URI. Name and value are random for
 * each login: cookies do not know ports, so other programs of this machine set theirs for the same host.
 */
export interface LoginCookie {
  readonly name: string;
  readonly value: Secret;
}

export const newLoginCookie = (): LoginCookie => ({
  name: `keytray-${randomBytes(12).toString('hex')}`,
  value: new Secret(randomBytes(24).toString('base64url')),
});

/** Whether a `Cookie` header (RFC 6265 §4.2.1) has this login's cookie in it. */
export function bringsCookie(header: string | undefined, cookie: LoginCookie): boolean {
  return (header ?? '').split(';').some((pair) => {
    const separator = pair.indexOf('=');
    if (separator < 0 || pair.slice(0, separator).trim() !== cookie.name) return false;
    return new Secret(pair.slice(separator + 1).trim()).equals(cookie.value);
  });
}

/** A `Set-Cookie` header for one path of the listener, `maxAge` in seconds (RFC 6265 §4.1.1). */
export function setCookie(cookie: LoginCookie, path: string, maxAge: number): string {
  const age = Math.max(1, Math.floor(maxAge));
  return `${cookie.name}=${cookie.value.reveal()}; Path=${cookiePath(path)}; Max-Age=${age}; HttpOnly; SameSite=Lax`;
}

/** A `;` ends an attribute, so a path that has one is covered by the folder before it. */
function cookiePath(path: string): string {
  const end = path.indexOf(';');
  return end < 0 ? path : path.slice(0, path.lastIndexOf('/', end) + 1);
}
