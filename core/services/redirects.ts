import type { RedirectSettings } from './shapes.ts';

/** RFC 8252 §7.3: the server ignores the port of a loopback redirect URI. */
export const anyPort: RedirectSettings = { host: '127.0.0.1', ports: 'any', path: '/callback' };

/**
 * For servers that compare the redirect URI as a string, port included. Below the range Linux hands out to
 * outgoing connections, so that no other program holds it by chance.
 */
export const fixedPort: RedirectSettings = { host: '127.0.0.1', ports: [21417], path: '/callback' };
