import { isIPv6 } from 'node:net';
import { isLoopback } from '../oauth/loopback-host.ts';
import type { PsqlArguments } from './postgres-arguments.ts';

/** One place psql may connect to. */
export interface PostgresHost {
  /** As psql has it, and as it looks for it in a password file. */
  readonly name: string;
  /** Undefined: the service file may say another than the usual one. */
  readonly port: number | undefined;
  /** The address it connects to, where it is told one beside the name. */
  readonly address: string | undefined;
}

export type PostgresTarget =
  /** Nothing that could be ours: a socket of this machine, or a password the person gives. */
  | { readonly kind: 'none' }
  | { readonly kind: 'hosts'; readonly hosts: readonly PostgresHost[]; readonly user: string | undefined }
  /** Only the service file, which libpq reads, knows the host. */
  | { readonly kind: 'service'; readonly user: string | undefined };

export const postgresVariables = ['PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGUSER', 'PGSERVICE', 'PGSSLMODE'] as const;
type Environment = Readonly<Record<string, string | undefined>>;

/** Connection string before option before service before variable, as libpq takes them. */
export function findTarget(given: PsqlArguments, env: Environment): PostgresTarget {
  const { conninfo } = given;
  if (conninfo.has('password') || conninfo.has('passfile')) return { kind: 'none' };
  const service = (conninfo.get('service') ?? env.PGSERVICE ?? '') !== '';
  const orEnvironment = (name: string) => (service ? undefined : env[name]);

  const host = conninfo.get('host') ?? given.host ?? orEnvironment('PGHOST');
  const address = conninfo.get('hostaddr') ?? orEnvironment('PGHOSTADDR');
  const port = conninfo.get('port') ?? given.port ?? orEnvironment('PGPORT') ?? (service ? undefined : '5432');
  const user = conninfo.get('user') ?? given.user ?? orEnvironment('PGUSER');
  // A line end would begin another line of the file.
  if (user !== undefined && /\p{Cc}/u.test(user)) return { kind: 'none' };
  if (host === undefined && address === undefined && service) return { kind: 'service', user };

  const hosts = hostsOf(host ?? '', address ?? '', port);
  return hosts === undefined || hosts.length === 0 ? { kind: 'none' } : { kind: 'hosts', hosts, user };
}

/** Undefined where the lists do not fit together, which libpq refuses. */
function hostsOf(names: string, addresses: string, ports: string | undefined): readonly PostgresHost[] | undefined {
  const name = names === '' ? [] : names.split(',');
  const address = addresses === '' ? [] : addresses.split(',');
  const count = Math.max(name.length, address.length);
  if (name.length > 0 && address.length > 0 && name.length !== address.length) return undefined;
  const port = ports?.split(',');
  if (port !== undefined && port.length !== 1 && port.length !== count) return undefined;
  const hosts: PostgresHost[] = [];
  for (let index = 0; index < count; index += 1) {
    const key = name[index] || address[index] || '';
    const written = port === undefined ? undefined : (port.length === 1 ? port[0] : port[index]) || '5432';
    if (written !== undefined && !/^\s*\d{1,5}\s*$/.test(written)) return undefined;
    // A folder, or an abstract name: a socket of this machine, unless there is an address.
    if (key === '' || (/^[/@]/.test(key) && !address[index])) continue;
    hosts.push({
      name: key,
      port: written === undefined ? undefined : Number(written),
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
  | { readonly kind: 'require' }
  | { readonly kind: 'refuse'; readonly mode: string };

/** The token is the password, in the clear inside TLS. `reachedAt`: every host it may be sent to. */
export function encryptionFor(reachedAt: readonly string[], given: PsqlArguments, env: Environment): Encryption {
  if (reachedAt.every(isLoopback)) return { kind: 'as_it_is' };
  const mode = given.conninfo.get('sslmode') ?? env.PGSSLMODE ?? '';
  if (mode === '') return { kind: 'require' };
  return ['disable', 'allow', 'prefer'].includes(mode) ? { kind: 'refuse', mode } : { kind: 'as_it_is' };
}
