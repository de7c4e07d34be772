import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';
import { asciiLowerCase } from './ascii-lower-case.ts';

/** A host as it is compared: lower case, A-labels, canonical IPv6 in brackets. */
export interface HostAndPort {
  readonly host: string;
  /** Undefined: the scheme's own. */
  readonly port: number | undefined;
}

const asciiName = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/**
 * `host` or `host:port`. Everything a second parser could read differently is refused rather than repaired:
 * percent-encoding, user names, trailing dots, IPv6 zones, short or hexadecimal IPv4, names that only become
 * a known one through Unicode compatibility mapping.
 */
export function parseHost(text: string): HostAndPort | undefined {
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?::([0-9]{1,5}))?$/.exec(text);
  const name = match?.[1];
  if (name === undefined || name === '') return undefined;
  const port = match?.[2] === undefined ? undefined : Number(match[2]);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const host = name.startsWith('[') ? ipv6(name.slice(1, -1)) : domain(name);
  return host === undefined ? undefined : { host, port };
}

function ipv6(address: string): string | undefined {
  if (!isIPv6(address) || address.includes('%')) return undefined;
  return new URL(`http://[${address}]`).hostname;
}

function domain(name: string): string | undefined {
  const lower = asciiLowerCase(name);
  if (isIPv4(lower)) return lower;
  const ascii = isAscii(lower) ? lower : internationalName(lower);
  if (ascii === undefined || ascii.length > 253 || !asciiName.test(ascii)) return undefined;
  // A last label that is a number makes resolvers read the name as an IPv4 address.
  return /(^|\.)(0x[0-9a-f]*|[0-9]+)$/.test(ascii) ? undefined : ascii;
}

function internationalName(name: string): string | undefined {
  if (hidesAscii(name)) return undefined;
  const ascii = domainToASCII(name);
  return ascii !== '' && domainToUnicode(ascii) === name.toLowerCase().normalize('NFC') ? ascii : undefined;
}

/** A character that case folding or composition turns into ASCII: U+212A is then a `k`, U+0130 holds an `i`. */
function hidesAscii(name: string): boolean {
  return [...name].some((char) => !isAscii(char) && /[\0-\x7f]/.test(char.normalize('NFC').toLowerCase()));
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
