import { BlockList, isIP, isIPv4 } from 'node:net';

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * NO_PROXY as curl reads it: hosts, parted by commas or blanks; `lab.example` and `.lab.example` cover the name itself
 * and what lies below; an address covers itself, or with `/BITS` its network. Beyond curl an entry may have a port and
 * `*` before the dot, as Go and Python take them; `*` alone covers everything. Pure.
 */
export function isExcepted(target: URL, list: string): boolean {
  const host = plainHost(target.hostname);
  const port = target.port || defaultPorts[target.protocol];
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((text) => {
      const entry = parseEntry(text);
      if (entry === undefined || (entry.port !== undefined && entry.port !== port)) return false;
      return entry.host === '*' || covers(entry, host);
    });
}

interface Entry {
  readonly host: string;
  readonly port: string | undefined;
  /** `*.lab.example` does not name lab.example itself. */
  readonly onlyBelow: boolean;
}

function parseEntry(text: string): Entry | undefined {
  // More than one colon without brackets is an IPv6 address, whose last part is no port.
  const [, name = text, port] = /^(\[.+\]|[^:]+):(\d+)$/.exec(text) ?? [];
  const host = plainHost(name.replace(/^\*?\./, ''));
  return host === '' ? undefined : { host, port, onlyBelow: name.startsWith('*.') };
}

function covers(entry: Entry, host: string): boolean {
  const family = isIP(host);
  if (family === 0) return (!entry.onlyBelow && host === entry.host) || host.endsWith(`.${entry.host}`);
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry.host) ?? [];
  if (isIP(address) !== family) return false;
  const whole = family === 4 ? 32 : 128;
  // curl takes 0 for "the whole address", too.
  const length = Number(bits ?? 0) || whole;
  if (length > whole) return false;
  const network = new BlockList();
  const name = isIPv4(address) ? 'ipv4' : 'ipv6';
  network.addSubnet(address, length, name);
  return network.check(host, name);
}

/** Without the brackets of an IPv6 address and the dot that ends a full name. */
const plainHost = (host: string): string => host.replace(/^\[(.+)\]$/, '$1').replace(/(.)\.$/, '$1');
