/** True for names and addresses that cannot leave this machine: `localhost`, 127.0.0.0/8, `[::1]`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * True for whatever else leads to this machine: names below `localhost` (RFC 6761 §6.3), the unspecified address, and
 * IPv4 in IPv6. Takes a `hostname` of URL, which has made decimal, octal and hexadecimal forms plain.
 */
export function leadsToThisMachine(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '');
  if (isLoopback(host) || host.endsWith('.localhost')) return true;
  // 0.0.0.0/8 and [::] are answered by the machine itself.
  if (/^0(\.\d{1,3}){3}$/.test(host) || host === '[::]') return true;
  // ::ffff:127.0.0.1, and its old form ::127.0.0.1, as URL writes them.
  const inIpv6 = /^\[::(?:ffff:(?:0:)?)?([0-9a-f]{1,4}):[0-9a-f]{1,4}\]$/.exec(host)?.[1];
  const firstByte = inIpv6 === undefined ? undefined : Number.parseInt(inIpv6, 16) >> 8;
  return firstByte === 127 || firstByte === 0;
}

/** RFC 8252 §8.3: plain http only where no network carries it. */
export function mayCarrySecrets(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}
