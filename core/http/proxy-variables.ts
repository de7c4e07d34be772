import { KeytrayError } from '../errors.ts';

/** What curl and git read as well; the lower case name goes first. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * The proxy an https request goes through, undefined where it goes directly. Pure.
 * Throws `misconfigured` where a proxy is named that cannot be used: going around it would be no favour.
 */
export function proxyFor(target: URL, variables: ProxyVariables): URL | undefined {
  const name = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].find((known) => variables[known]);
  const value = name === undefined ? undefined : variables[name];
  if (name === undefined || value === undefined || isExcepted(target, variables)) return undefined;
  const proxy = URL.parse(value.includes('://') ? value : `http://${value}`);
  if (proxy === null || !(proxy.protocol in defaultPorts)) {
    // The value may hold a password.
    throw new KeytrayError('misconfigured', `${name} names a proxy that cannot be used; give an http or https URL`);
  }
  return proxy;
}

/** `Proxy-Authorization` (RFC 7617) for the user information of the proxy's URL. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`).toString('base64')}`;
}

/** NO_PROXY: `*`, or hosts with or without a port; `lab.example` and `.lab.example` cover what lies below too. */
function isExcepted(target: URL, variables: ProxyVariables): boolean {
  const host = plainHost(target.hostname);
  const port = target.port || defaultPorts[target.protocol];
  const entries = (variables.no_proxy ?? variables.NO_PROXY ?? '').toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => {
    const exception = parseException(entry);
    if (exception === undefined || (exception.port !== undefined && exception.port !== port)) return false;
    if (exception.host === '*') return true;
    return (!exception.onlyBelow && host === exception.host) || host.endsWith(`.${exception.host}`);
  });
}

interface Exception {
  readonly host: string;
  readonly port: string | undefined;
  /** `*.lab.example` does not name lab.example itself. */
  readonly onlyBelow: boolean;
}

function parseException(entry: string): Exception | undefined {
  // More than one colon without brackets is an IPv6 address, whose last part is no port.
  const [, name = entry, port] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  const host = plainHost(name.replace(/^\*?\./, ''));
  return host === '' ? undefined : { host, port, onlyBelow: name.startsWith('*.') };
}

/** Without the brackets of an IPv6 address and the dot that ends a full name. */
const plainHost = (host: string): string => host.replace(/^\[(.+)\]$/, '$1').replace(/(.)\.$/, '$1');

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
