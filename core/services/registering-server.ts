import { type GrantKind, traitsOf } from './grant.ts';

/** Servers that register the clients of their sign-in by browser themselves, whoever asks (RFC 7591). */
export interface RegisteringServer {
  /** Which server that is, for whoever has to name it. */
  readonly what: string;
  /** At the server's own origin: the API its tokens are for (RFC 8707 §2), where an account names none. */
  readonly resource: string;
}

/** Undefined where an account of this grant needs a client that somebody registered. */
export const registeringServerOf = (
  { registeringServer }: { readonly registeringServer?: RegisteringServer },
  grant: GrantKind,
): RegisteringServer | undefined => (traitsOf(grant).signIn === 'browser' ? registeringServer : undefined);

/** What tokens of the server are for; undefined where no server is named. */
export const resourceAt = (server: RegisteringServer | undefined, issuer: string | undefined): string | undefined =>
  server === undefined || issuer === undefined ? undefined : `${new URL(issuer).origin}${server.resource}`;
