import type { Problem } from './host-pattern.ts';

/** 127.0.0.0/8, ::1 and `localhost`: what never leaves this machine. Takes the host as `URL` writes it. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

/** An issuer (RFC 8414 §2: no query, no fragment) or an endpoint (RFC 6749 §3.1: no fragment). */
export function checkEndpointUrl(text: string, kind: 'issuer' | 'endpoint'): Problem | undefined {
  if (!URL.canParse(text)) return { message: 'not a URL', fix: 'write it in full, as https://login.example.com' };
  const url = new URL(text);
  // The value is not repeated: it may carry a password.
  if (url.username !== '' || url.password !== '') {
    return { message: 'a user name or password in the URL', fix: 'remove everything between // and @' };
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    return { message: 'http is accepted for loopback hosts only', fix: 'write https://' };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { message: 'not an https URL', fix: 'write https://' };
  if (text.includes('#')) return { message: 'a fragment in the URL', fix: 'remove the # and what follows' };
  if (kind === 'issuer' && text.includes('?')) {
    return { message: 'a query in the issuer', fix: 'remove the ? and what follows' };
  }
  return undefined;
}
