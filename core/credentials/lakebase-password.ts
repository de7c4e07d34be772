import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { LakebaseTarget } from '../services/lakebase.ts';
import { isInstant } from '../untrusted/instant.ts';
import { isTokenText } from '../untrusted/token-text.ts';

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
  return { password: new Secret(read.data.token), expiresAt: read.data.end };
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

const noHost = () => new KeytrayError('temporarily_unavailable', 'Databricks names no host of the database yet');
