import type { SimulatedAccount } from './accounts.ts';
import type { AuthorizationServer } from './authorization-fleet.ts';
import type { Outage } from './faults.ts';
import type { Life } from './life.ts';
import type { Random } from './random.ts';
import { second } from './world.ts';

/** One request of one process. */
export interface Exchange {
  readonly life: Life;
  readonly account: SimulatedAccount;
  /** The refresh token it spends, or whose token it asks for; undefined: it asks for metadata, or whether anybody is there. */
  readonly token: string | undefined;
  /** The server has said no, with whatever status. */
  refused?: boolean;
}

export const jsonReply = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

export const metadataOf = ({ host }: AuthorizationServer): object => ({
  issuer: `https://${host}`,
  authorization_endpoint: `https://${host}/authorize`,
  token_endpoint: `https://${host}/token`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none'],
  // As the catalog of a registry.
  registryUrl: `https://${host}`,
});

const page = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(text, { status, headers: { 'content-type': 'text/html', ...headers } });

const statusesOfTrouble = [500, 502, 503, 503, 503, 504] as const;

/** What a server, or something in front of it, says instead of an answer. `date`: the server's clock. */
export function faultyReply(outage: Outage, date: number, random: Random): Response {
  switch (outage.kind) {
    case 'portal':
      return random.chance(0.5)
        ? page(302, '', { location: 'http://portal.example/login' })
        : page(200, '<html>Accept the terms to go online</html>');
    case 'forbidden':
      return page(403, '<html>Request blocked</html>');
    case 'busy':
      return random.chance(0.5)
        ? page(429, '', retryAfter(outage, date))
        : new Response('{"error":"slow_down"}', { status: 429, headers: retryAfter(outage, date) });
    default:
      return page(
        statusesOfTrouble[random.below(statusesOfTrouble.length)] ?? 503,
        'unavailable',
        retryAfter(outage, date),
      );
  }
}

/** Either form of RFC 9110 section 10.2.3. */
function retryAfter({ retryAfter: seconds, retryAfterAsDate }: Outage, date: number): Record<string, string> {
  if (seconds === undefined) return {};
  if (!retryAfterAsDate) return { 'retry-after': String(seconds) };
  return { date: new Date(date).toUTCString(), 'retry-after': new Date(date + seconds * second).toUTCString() };
}

/** Seconds. */
export function retryAfterOf({ headers }: Response): number | undefined {
  const [asked, date] = [headers.get('retry-after'), headers.get('date')];
  if (asked === null) return undefined;
  return date === null ? Number(asked) : (Date.parse(asked) - Date.parse(date)) / second;
}
