import type { CustomFetch } from 'openid-client';
import type { Fetch } from '../ports.ts';

/** The library's request as the platform's fetch takes it. */
export function requestInit(options: Parameters<CustomFetch>[1]): RequestInit {
  return {
    method: options.method,
    headers: { ...options.headers, 'user-agent': 'keytray' },
    redirect: 'manual',
    ...(options.body === undefined || options.body === null ? {} : { body: String(options.body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}

export const libraryFetch =
  (fetch: Fetch): CustomFetch =>
  (url, options) =>
    fetch(url, requestInit(options));
