import { pairs } from './request-headers.ts';

/** Of the connection (RFC 9110 §7.6.1), or of a session or a way around the proxy that a caller must not have. */
const dropped: ReadonlySet<string> = new Set([
  'alt-svc',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'set-cookie',
  'set-cookie2',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export interface Addresses {
  /** What was asked at the server. */
  readonly requested: URL;
  /** The account's, under which all that is asked lies; its path has no slash at the end. */
  readonly base: URL;
  /** What the caller knows the base by; no slash at the end. */
  readonly own: string;
}

/** What a caller gets of the server's headers; addresses of the server become those of the proxy. */
export function answerHeaders(raw: readonly string[], addresses: Addresses): string[] {
  const headers: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const lower = name.toLowerCase();
    if (dropped.has(lower)) continue;
    headers.push(name, rewritten(lower, value, addresses));
  }
  return headers;
}

function rewritten(name: string, value: string, addresses: Addresses): string {
  switch (name) {
    case 'location':
    case 'content-location':
      return ownAddress(value, addresses) ?? value;
    // RFC 8288: pages of a list.
    case 'link':
      return value.replace(/<([^<>]*)>/g, (all, target: string) => {
        const own = ownAddress(target, addresses);
        return own === undefined ? all : `<${own}>`;
      });
    default:
      return value;
  }
}

/** Undefined for what lies elsewhere: the caller may go there, without the account's credential. */
function ownAddress(value: string, { requested, base, own }: Addresses): string | undefined {
  const target = URL.parse(value, requested.href);
  if (target === null || target.origin !== base.origin || target.username !== '' || target.password !== '') return;
  const path = base.pathname.replace(/\/$/, '');
  if (target.pathname !== path && !target.pathname.startsWith(`${path}/`)) return;
  return `${own}${target.pathname.slice(path.length)}${target.search}${target.hash}`;
}
