import type { FirstPacket } from './first-packet.ts';

export type Startup = Extract<FirstPacket, { kind: 'startup' }>;

/** Why a session is not begun: a SQLSTATE and words for people. */
export interface SessionRefusal {
  readonly code: string;
  readonly message: string;
}

const switchedOff: ReadonlySet<string> = new Set(['', '0', 'f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off']);

/** What needs no knowledge of the target. Undefined: nothing is against it. */
export function judgeStartup({ parameters }: Startup): SessionRefusal | undefined {
  const replication = parameters.get('replication');
  if (replication !== undefined && !switchedOff.has(replication.toLowerCase())) {
    return { code: '0A000', message: 'replication does not go through the proxy' };
  }
  return undefined;
}

export type UpstreamParameters =
  | { readonly kind: 'parameters'; readonly parameters: ReadonlyMap<string, string> }
  | ({ readonly kind: 'refused' } & SessionRefusal);

/** What the server is told: always the account's own user and database. */
export function upstreamParameters(
  { parameters }: Startup,
  target: { readonly user: string; readonly database: string },
): UpstreamParameters {
  const { user, database } = target;
  const wanted = parameters.get('database');
  // Clients of libpq name the user's own database where they were told none.
  const named = wanted !== undefined && wanted !== '' && wanted !== parameters.get('user');
  if (named && wanted !== database) {
    const message = `this proxy leads to the database ${quoted(database)}, not to ${quoted(wanted)}`;
    return { kind: 'refused', code: '3D000', message };
  }
  const passed = [...parameters].filter(([name]) => !own.has(name) && !isProtocolOption(name));
  return { kind: 'parameters', parameters: new Map([['user', user], ['database', database], ...passed]) };
}

const own: ReadonlySet<string> = new Set(['user', 'database', 'replication']);

/** Options of the protocol, not of the session: none is known here. */
export const isProtocolOption = (name: string): boolean => name.startsWith('_pq_.');

const quoted = (text: string): string => JSON.stringify(text);
