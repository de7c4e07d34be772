import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import { leadsToThisMachine } from '../platform/loopback-host.ts';
import { Secret } from '../secret.ts';
import type { LakebaseTarget } from '../services/lakebase.ts';
import { isInstant } from '../untrusted/instant.ts';
import { isTokenText } from '../untrusted/token-text.ts';

/** Asks who the token is of: their name is that of their role in the database. */
export const userRequest: WorkspaceRequest = { method: 'GET', path: '/api/2.0/preview/scim/v2/Me' };

/** A call below the workspace's address. */
export interface WorkspaceRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

type Place = LakebaseTarget['place'];

/**
 * Asks for a password of the database. The two products have two APIs; `requestId` is new for every password. A life of
 * its own is not asked for: the service's hour is the longest there is.
 */
export function passwordRequest(place: Place, requestId: string): WorkspaceRequest {
  switch (place.kind) {
    case 'instance': {
      const body = { request_id: requestId, instance_names: [place.instance] };
      return { method: 'POST', path: '/api/2.0/database/credentials', body };
    }
    case 'endpoint':
      return { method: 'POST', path: '/api/2.0/postgres/credentials', body: { endpoint: place.endpoint } };
  }
}

/** Asks where the database is and in which state. */
export function placeRequest(place: Place): WorkspaceRequest {
  switch (place.kind) {
    case 'instance':
      return { method: 'GET', path: `/api/2.0/database/instances/${encodeURIComponent(place.instance)}` };
    case 'endpoint':
      return {
        method: 'GET',
        path: `/api/2.0/postgres/${place.endpoint.split('/').map(encodeURIComponent).join('/')}`,
      };
  }
}

export interface LakebasePassword {
  readonly password: Secret;
  /** Milliseconds since the epoch. Checked at the login only: open connections live on. */
  readonly expiresAt: number;
}

const passwordSchema = z
  .object({ token: z.string(), expiration_time: z.string().optional(), expire_time: z.string().optional() })
  .transform(({ token, expiration_time, expire_time }) => ({
    token,
    end: Date.parse(expiration_time ?? expire_time ?? ''),
  }))
  .refine(({ token, end }) => isTokenText(token) && isInstant(end));

/** Reads the reply of either API; they spell the end differently. Throws `KeytrayError`. */
export function readPassword(reply: unknown): LakebasePassword {
  const read = passwordSchema.safeParse(reply);
  if (!read.success) throw new KeytrayError('temporarily_unavailable', 'Databricks sent no database password');
  return { password: passwordOf(read.data.token), expiresAt: read.data.end };
}

/** A password a person gave, on its way out. Throws `misconfigured` for what is none. */
export const givenPassword = (given: Secret): Secret => passwordOf(given.reveal());

/** Whoever runs the database would have all of the workspace with it. */
function passwordOf(text: string): Secret {
  if (!isPersonalAccessToken(text)) return new Secret(text);
  throw new KeytrayError('misconfigured', 'refusing to send a personal access token as a database password', {
    advice: 'Let Keytray generate the password: password: generated.',
  });
}

export const isPersonalAccessToken = (text: string): boolean => /^dapi/i.test(text.trim());

/** A name of PostgreSQL, as libpq and its password files can have it. */
const userSchema = z.object({ userName: z.string().regex(/^[^\p{C}\s]{1,256}$/u) });

/** Throws `KeytrayError`. */
export function readUserName(reply: unknown): string {
  const read = userSchema.safeParse(reply);
  if (read.success) return read.data.userName;
  throw new KeytrayError('temporarily_unavailable', 'Databricks does not say who is signed in');
}

export interface LakebasePlace {
  readonly host: string;
  readonly state: string;
  /** Whether passwords of PostgreSQL itself are taken; undefined where the API does not tell. */
  readonly nativeLogin: boolean | undefined;
}

const hostName = z.string().regex(/^[a-zA-Z\d](?:[a-zA-Z\d.-]{0,251}[a-zA-Z\d])?$/);
const instanceSchema = z.object({
  read_write_dns: hostName,
  state: z.string(),
  effective_enable_pg_native_login: z.boolean().optional(),
});
const endpointSchema = z.object({
  status: z.object({ hosts: z.object({ host: hostName }), current_state: z.string() }),
});

/** Throws `KeytrayError`: a database that was never started has no host yet. */
export function readPlace(kind: Place['kind'], reply: unknown): LakebasePlace {
  switch (kind) {
    case 'instance': {
      const read = instanceSchema.safeParse(reply);
      if (!read.success) throw noHost();
      const { read_write_dns: host, state, effective_enable_pg_native_login: nativeLogin } = read.data;
      return { host, state, nativeLogin };
    }
    case 'endpoint': {
      const read = endpointSchema.safeParse(reply);
      if (!read.success) throw noHost();
      const { hosts, current_state: state } = read.data.status;
      return { host: hosts.host, state, nativeLogin: undefined };
    }
  }
}

/** A workspace elsewhere has no database on this machine; what listens here is not its. `workspace`: its URL. */
export function isPlaceOfWorkspace(host: string, workspace: string): boolean {
  // As a URL, whatever form an address has.
  const here = (url: string): boolean => leadsToThisMachine(URL.parse(url)?.hostname ?? 'localhost');
  return !here(`http://${host}`) || here(workspace);
}

const noHost = () => new KeytrayError('temporarily_unavailable', 'Databricks names no host of the database yet');
