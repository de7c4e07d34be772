export type ClientLibrary = typeof import('openid-client');

let loading: Promise<ClientLibrary> | undefined;

/** Loaded on the first sign-in or refresh: a broker that only hands out stored tokens starts without it. */
export function loadClient(): Promise<ClientLibrary> {
  loading ??= import('openid-client');
  return loading;
}
