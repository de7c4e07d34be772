import { KeytrayError } from '../errors.ts';
import { isExcepted } from './no-proxy.ts';

/** What curl and git read as well. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** A proxy, and who named it. */
export interface Proxy {
  readonly url: URL;
  /** The variable it is from. */
  readonly variable: string;
}

/** As curl orders them; those for http come last, for people who set nothing else. */
const names = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

/** By scheme, the port that curl means where none is written. */
const defaultPorts: Readonly<Record<string, string>> = {
  'http:': '1080',
  'https:': '443',
  'socks:': '1080',
  'socks4:': '1080',
  'socks4a:': '1080',
  'socks5:': '1080',
  'socks5h:': '1080',
};

/**
 * The proxy an https request goes through, undefined where it goes directly. Pure.
 * Throws `misconfigured` where a proxy is named that cannot be used: going around it would be no favour.
 */
export function proxyFor(target: URL, variables: ProxyVariables): Proxy | undefined {
  const variable = names.find((name) => variables[name]);
  const value = variable === undefined ? undefined : variables[variable]?.trim();
  if (variable === undefined || value === undefined) return undefined;
  // curl takes an empty one for one that is not set.
  if (isExcepted(target, variables.no_proxy || variables.NO_PROXY || '')) return undefined;
  const url = readProxy(value);
  // The value may hold a password.
  if (url === undefined) {
    throw new KeytrayError('misconfigured', `${variable} names a proxy that cannot be used`, {
      advice: 'Give an http, https or socks URL with host and port, and start Keytray again.',
    });
  }
  return { url, variable };
}

/** `[scheme://][user[:password]@]host[:port]`, with the port filled in. Undefined for what is no proxy. */
function readProxy(text: string): URL | undefined {
  const whole = text.includes('://') ? text : `http://${text}`;
  const scheme = `${/^[a-z][a-z0-9]*/i.exec(whole)?.[0].toLowerCase()}:`;
  const port = defaultPorts[scheme];
  if (port === undefined) return undefined;
  // The parser drops the usual port of a scheme it knows, and knows none of socks: the same rules for all.
  const parsed = URL.parse(`ws${whole.slice(whole.indexOf('://'))}`);
  if (parsed === null || parsed.hostname === '') return undefined;
  const written = /:(\d+)(?=[/?#]|$)/.exec(whole.slice(whole.lastIndexOf('@') + 1).replace(/^.*?:\/\//, ''))?.[1];
  const user = parsed.username === '' && parsed.password === '' ? '' : `${parsed.username}:${parsed.password}@`;
  return URL.parse(`${scheme}//${user}${parsed.hostname}:${written ?? port}`) ?? undefined;
}

/** `Proxy-Authorization` (RFC 7617) for the user information of the proxy's URL. */
export function proxyAuthorization(proxy: URL): string | undefined {
  const { user, password } = credentialsOf(proxy);
  if (user === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** The user information of a proxy's URL, decoded. */
export function credentialsOf({ username, password }: URL): { readonly user: string; readonly password: string } {
  return { user: percentDecoded(username), password: percentDecoded(password) };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
