import type { ProxyConfig } from '../config/config.ts';
import { readProxyUrl } from '../config/proxy-url.ts';
import { KeytrayError } from '../errors.ts';
import { isExcepted } from './no-proxy.ts';

/** What curl and git read as well. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** Where a proxy may be named. What the configuration says takes the place of all variables. */
export interface ProxySources {
  readonly configured?: ProxyConfig | undefined;
  readonly variables: ProxyVariables;
}

/** A proxy, and who named it. */
export interface Proxy {
  readonly url: URL;
  /** The variable it is from, or `proxy.url` of the configuration. */
  readonly variable: string;
}

/** As curl orders them; those for http come last, for people who set nothing else. */
const names = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

/**
 * The proxy an https request goes through, undefined where it goes directly. Pure.
 * Throws `misconfigured` where a proxy is named that cannot be used: going around it would be no favour.
 */
export function proxyFor(target: URL, { configured, variables }: ProxySources): Proxy | undefined {
  if (configured !== undefined) {
    return isExcepted(target, configured.except.join(',')) ? undefined : usable(configured.url, 'proxy.url');
  }
  const variable = names.find((name) => variables[name]);
  const value = variable === undefined ? undefined : variables[variable]?.trim();
  if (variable === undefined || value === undefined) return undefined;
  // curl takes an empty one for one that is not set.
  if (isExcepted(target, variables.no_proxy || variables.NO_PROXY || '')) return undefined;
  return usable(value, variable);
}

function usable(value: string, variable: string): Proxy {
  const url = readProxyUrl(value);
  // The value may hold a password.
  if (url === undefined) {
    throw new KeytrayError('misconfigured', `${variable} names a proxy that cannot be used`, {
      advice: 'Give an http, https or socks URL with host and port, and start Keytray again.',
    });
  }
  return { url, variable };
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
