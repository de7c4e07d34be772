import { isIPv6 } from 'node:net';
import { isLoopback } from '../../platform/loopback-host.ts';
import type { PsqlArguments } from './postgres-arguments.ts';
import type { Conninfo } from './postgres-conninfo.ts';

/** One place psql may connect to. */
export interface PostgresHost {
  /** As psql has it, and as it looks for it in a password file. */
  readonly name: string;
  readonly port: number;
  /** The address it connects to, where it is told one beside the name. */
  readonly address: string | undefined;
}

export type PostgresTarget =
  /** Nothing that could be ours: a socket of this machine, or a password the person gives. */
  | { readonly kind: 'none' }
  | { readonly kind: 'hosts'; readonly hosts: readonly PostgresHost[]; readonly user: string | undefined };

export const postgresVariables = [
  ...['PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGUSER', 'PGSERVICE', 'PGSSLMODE', 'PGSSLROOTCERT'],
] as const;
type Environment = Readonly<Record<string, string | undefined>>;

/** What is said about a connection, and where. */
export interface ConnectionSettings {
  readonly given: PsqlArguments;
  /** The section of the service file, where a service is named. */
  readonly service: Conninfo | undefined;
  readonly env: Environment;
}

/** The service to look up; undefined where there is none. */
export function serviceOf(given: PsqlArguments, env: Environment): string | undefined {
  return given.conninfo.get('service') ?? env.PGSERVICE;
}

/** Connection string before option before service before variable, as libpq takes them. */
function settingOf(
  { given, service, env }: ConnectionSettings,
  name: 'host' | 'hostaddr' | 'port' | 'user' | 'sslmode' | 'sslrootcert',
) {
  const option = name === 'host' || name === 'port' || name === 'user' ? given[name] : undefined;
  return given.conninfo.get(name) ?? option ?? service?.get(name) ?? env[`PG${name.toUpperCase()}`];
}

export function findTarget(settings: ConnectionSettings): PostgresTarget {
  const { given, service } = settings;
  const isAnswered = (values: Conninfo) => values.has('password') || values.has('passfile');
  if (isAnswered(given.conninfo) || (service !== undefined && isAnswered(service))) return { kind: 'none' };

  const user = settingOf(settings, 'user');
  // A line end would begin another line of the file.
  if (user !== undefined && /\p{Cc}/u.test(user)) return { kind: 'none' };
  const hosts = hostsOf(
    settingOf(settings, 'host') ?? '',
    settingOf(settings, 'hostaddr') ?? '',
    settingOf(settings, 'port') ?? '5432',
  );
  return hosts === undefined || hosts.length === 0 ? { kind: 'none' } : { kind: 'hosts', hosts, user };
}

/** Undefined where the lists do not fit together, which libpq refuses. */
function hostsOf(names: string, addresses: string, ports: string): readonly PostgresHost[] | undefined {
  const name = names === '' ? [] : names.split(',');
  const address = addresses === '' ? [] : addresses.split(',');
  const count = Math.max(name.length, address.length);
  if (name.length > 0 && address.length > 0 && name.length !== address.length) return undefined;
  const port = ports.split(',');
  if (port.length !== 1 && port.length !== count) return undefined;
  const hosts: PostgresHost[] = [];
  for (let index = 0; index < count; index += 1) {
    const key = name[index] || address[index] || '';
    const written = (port.length === 1 ? port[0] : port[index]) || '5432';
    if (!/^[ \t\n\v\f\r]*\d{1,5}[ \t\n\v\f\r]*$/.test(written)) return undefined;
    // A folder, or an abstract name: a socket of this machine, unless there is an address.
    if (key === '' || (/^[/@]/.test(key) && !address[index])) continue;
    hosts.push({
      name: key,
      port: Number(written),
      address: address[index] || undefined,
    });
  }
  return hosts;
}

/** `host:port` as lists of hosts have it. */
export function hostAndPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

export type Encryption =
  | { readonly kind: 'as_it_is' }
  /** Nobody said anything: without it libpq is content with none. */
  | { readonly kind: 'set'; readonly variables: Readonly<Record<string, string>> }
  | { readonly kind: 'refuse'; readonly mode: string };

/** What a database wants of a connection to it. */
export interface WantedEncryption {
  readonly sslmode: 'verify-full' | 'require';
  readonly authorities: string | undefined;
}

/**
 * The token is the password, in the clear inside TLS. `reachedAt`: every host it may be sent to. `wanted`: by the
 * databases there, where every one of them is one.
 */
export function encryptionFor(
  reachedAt: readonly string[],
  settings: ConnectionSettings,
  wanted?: WantedEncryption,
): Encryption {
  const mode = settingOf(settings, 'sslmode') ?? '';
  if (mode === '' && wanted?.sslmode === 'verify-full') {
    const own = settingOf(settings, 'sslrootcert') ?? '';
    const authorities = own === '' ? wanted.authorities : undefined;
    const trusted: Record<string, string> = authorities === undefined ? {} : { PGSSLROOTCERT: authorities };
    return { kind: 'set', variables: { PGSSLMODE: 'verify-full', ...trusted } };
  }
  if (wanted === undefined && reachedAt.every(isLoopback)) return { kind: 'as_it_is' };
  if (mode === '') return { kind: 'set', variables: { PGSSLMODE: 'require' } };
  return ['disable', 'allow', 'prefer'].includes(mode) ? { kind: 'refuse', mode } : { kind: 'as_it_is' };
}
