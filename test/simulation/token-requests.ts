import type { SimulatedAccount } from './accounts.ts';
import type { AuthorizationFleet, IssuedTokens } from './authorization-fleet.ts';
import { jsonReply } from './replies.ts';
import { minute, second, type World } from './world.ts';

/** A request for tokens, by what it shows. `token` stands for it: the refresh token, or whose request it is. */
export type TokenAsked = { readonly token: string } & (
  | { readonly kind: 'refresh' | 'code' | 'client' }
  | { readonly kind: 'exchange'; readonly subject: string }
  /** `signedAt`: milliseconds since the epoch. */
  | { readonly kind: 'proof'; readonly signedAt: number }
);

/** Undefined: it asks for metadata, or whether anybody is there. */
export function tokenAsked({ id }: SimulatedAccount, url: URL, init: RequestInit): TokenAsked | undefined {
  if (init.method !== 'POST') return undefined;
  const form = new URLSearchParams(String(init.body));
  const [refresh, subject] = [form.get('refresh_token'), form.get('subject_token')];
  if (url.pathname === '/api/v2/delegated-token') {
    return { kind: 'proof', token: `proof ${id}`, signedAt: signedAt(new Headers(init.headers)) };
  }
  if (refresh !== null) return { kind: url.pathname === '/api/token' ? 'code' : 'refresh', token: refresh };
  if (subject !== null) return { kind: 'exchange', token: `exchange ${id}`, subject };
  return { kind: 'client', token: `client ${id}` };
}

/** The date of the signed request in a proof: body, headers, method and address, each in base64. */
function signedAt(headers: Headers): number {
  const [, proof = ''] = (headers.get('authorization') ?? '').split(' ');
  const [, listed = ''] = proof.split('|');
  const date = /"X-Amz-Date":\["(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z"/.exec(
    Buffer.from(listed, 'base64').toString(),
  );
  const [year, month, day, hour, minutes, seconds] = (date ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined) throw new TypeError('a proof without a date');
  return Date.UTC(year, month - 1, day, hour, minutes, seconds);
}

/** Of a signature of AWS, narrower than AWS's own. */
const longestSkew = 5 * minute;

export interface TokenAnswer {
  /** Undefined: refused. */
  readonly tokens: IssuedTokens | undefined;
  readonly response: Response;
}

/** What a server in good health makes of it. */
export function answerTo(
  asked: TokenAsked,
  { id, server, lifetime }: SimulatedAccount,
  fleet: AuthorizationFleet,
  world: World,
): TokenAnswer {
  const give = (): IssuedTokens => fleet.give(id, server, lifetime, world.time);
  switch (asked.kind) {
    case 'refresh':
      return answered(fleet.refresh(asked.token, world.time), ({ refresh }) => ({ refresh_token: refresh }));
    case 'client':
      return answered(give());
    case 'exchange':
      return answered(isGood(asked.subject, fleet, world) ? give() : undefined, () => ({
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      }));
    case 'code': {
      const tokens = fleet.refresh(asked.token, world.time);
      return { tokens, response: tokens === undefined ? refusedCode() : codeReply(tokens, world) };
    }
    case 'proof': {
      const tokens = Math.abs(asked.signedAt - world.date) > longestSkew ? undefined : give();
      return { tokens, response: proofReply(tokens, world) };
    }
  }
}

/** A token of another account is good for an exchange while it lives. */
export const isGood = (token: string, fleet: AuthorizationFleet, world: World): boolean =>
  (fleet.find(token)?.issue.expiresAt ?? 0) > world.time;

function answered(tokens: IssuedTokens | undefined, more: (tokens: IssuedTokens) => object = () => ({})): TokenAnswer {
  if (tokens === undefined) return { tokens, response: jsonReply(400, { error: 'invalid_grant' }) };
  const { access, lifetime } = tokens;
  const body = { access_token: access, token_type: 'Bearer', expires_in: lifetime, ...more(tokens) };
  return { tokens, response: jsonReply(200, body) };
}

const dated = ({ date }: World): Record<string, string> => ({ date: new Date(date).toUTCString() });
const endOf = ({ lifetime }: IssuedTokens, { date }: World): number => Math.floor(date / second) + lifetime;

/** A registry says no with a status that says yes. */
export const refusedCode = (): Response => jsonReply(200, { error: 'Login required' });

function codeReply(tokens: IssuedTokens, world: World): Response {
  const { access, refresh } = tokens;
  const body = { access_token: access, refresh_token: refresh, expires_at: endOf(tokens, world) };
  return jsonReply(200, body, dated(world));
}

function proofReply(tokens: IssuedTokens | undefined, world: World): Response {
  if (tokens === undefined) return jsonReply(401, { errors: ['Unauthorized'] }, dated(world));
  const attributes = { access_token: tokens.access, expires: String(endOf(tokens, world)) };
  return jsonReply(200, { data: { type: 'delegated_token', attributes } }, dated(world));
}
