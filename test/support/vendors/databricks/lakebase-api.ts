import { type EmulatorReply, fieldsOf, type RecordedRequest } from '../http-emulator.ts';
import type { Minted } from '../token-mint.ts';

/** A provisioned database. */
export interface Instance {
  readonly name: string;
  /** What `read_write_dns` says. */
  host: string;
  state: 'AVAILABLE' | 'STOPPED' | 'STARTING';
  nativeLogin: boolean;
}

/** An autoscaling one: `projects/P/branches/B/endpoints/E`. */
export interface Endpoint {
  readonly name: string;
  host: string;
  state: 'ACTIVE' | 'IDLE';
}

export interface LakebaseApi {
  readonly instances: Instance[];
  readonly endpoints: Endpoint[];
  /** False: who asks has no CAN USE on any database. */
  mayUse: boolean;
  /** Seconds a database password lives unless the request says less. */
  passwordLife: number;
  /** The passwords it gave, in order. */
  readonly passwords: string[];
}

export const databricksError = (status: number, error_code: string, message: string): EmulatorReply => ({
  status,
  body: { error_code, message },
});

/** Mints a database password for `sub`. */
export type MintPassword = (sub: string, lifetime: number) => Promise<Minted>;

/** The two APIs that name a database's host and give its passwords. Undefined: another path. */
export async function serveLakebase(
  request: RecordedRequest,
  api: LakebaseApi,
  caller: string,
  mint: MintPassword,
): Promise<EmulatorReply | undefined> {
  const { method, path } = request;
  switch (`${method} ${path}`) {
    case 'GET /api/2.0/database/instances':
      return { body: { database_instances: api.instances.map(instanceView) } };
    case 'POST /api/2.0/database/credentials':
      return provisioned(request, api, caller, mint);
    case 'POST /api/2.0/postgres/credentials':
      return autoscaling(request, api, caller, mint);
  }
  const name = /^\/api\/2\.0\/database\/instances\/([^/]+)$/.exec(path)?.[1];
  if (method === 'GET' && name !== undefined) {
    const instance = api.instances.find((one) => one.name === decodeURIComponent(name));
    return instance === undefined
      ? databricksError(404, 'NOT_FOUND', `Database instance '${name}' not found.`)
      : { body: instanceView(instance) };
  }
  const endpointName = /^\/api\/2\.0\/postgres\/(projects\/[^/]+\/branches\/[^/]+\/endpoints\/[^/]+)$/.exec(path)?.[1];
  if (method === 'GET' && endpointName !== undefined) {
    const endpoint = api.endpoints.find((one) => one.name === endpointName);
    return endpoint === undefined
      ? databricksError(404, 'NOT_FOUND', `Endpoint '${endpointName}' not found.`)
      : { body: endpointView(endpoint) };
  }
  return undefined;
}

const forbidden = databricksError(403, 'PERMISSION_DENIED', 'User does not have CAN USE on the database instance.');
const invalid = (message: string) => databricksError(400, 'INVALID_PARAMETER_VALUE', message);

async function provisioned(
  request: RecordedRequest,
  api: LakebaseApi,
  caller: string,
  mint: MintPassword,
): Promise<EmulatorReply> {
  const { instance_names: names, claims, request_id } = fieldsOf(request);
  if (typeof request_id !== 'string') return invalid('request_id is required.');
  if (!isNames(names) && !Array.isArray(claims)) return invalid('One of instance_names or claims is required.');
  const unknown = isNames(names) ? names.find((name) => !api.instances.some((one) => one.name === name)) : undefined;
  if (unknown !== undefined) return databricksError(404, 'NOT_FOUND', `Database instance '${unknown}' not found.`);
  if (!api.mayUse) return forbidden;
  const { token, expiresAt } = await mint(caller, api.passwordLife);
  api.passwords.push(token);
  return { body: { token, expiration_time: rfc3339(expiresAt) } };
}

async function autoscaling(
  request: RecordedRequest,
  api: LakebaseApi,
  caller: string,
  mint: MintPassword,
): Promise<EmulatorReply> {
  const { endpoint, ttl } = fieldsOf(request);
  if (!api.endpoints.some(({ name }) => name === endpoint)) {
    return databricksError(404, 'NOT_FOUND', `Endpoint '${String(endpoint)}' not found.`);
  }
  const seconds = ttl === undefined ? api.passwordLife : Number(/^(\d+)s$/.exec(String(ttl))?.[1]);
  if (ttl !== undefined && !(seconds >= 300 && seconds <= 3_600)) return invalid('ttl must be between 300s and 3600s.');
  if (!api.mayUse) return forbidden;
  const { token, expiresAt } = await mint(caller, seconds);
  api.passwords.push(token);
  return { body: { token, expire_time: rfc3339(expiresAt) } };
}

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');

const rfc3339 = (seconds: number) => new Date(seconds * 1_000).toISOString().replace('.000', '');

const instanceView = ({ name, host, state, nativeLogin }: Instance) => ({
  name,
  uid: '00000000-0000-0000-0000-0000000000db',
  state,
  capacity: 'CU_1',
  pg_version: 'PG_VERSION_16',
  read_write_dns: host,
  read_only_dns: host,
  effective_enable_pg_native_login: nativeLogin,
});

const endpointView = ({ name, host, state }: Endpoint) => ({
  name,
  status: { endpoint_type: 'ENDPOINT_TYPE_READ_WRITE', current_state: state, hosts: { host } },
});
