import { Secret } from '../../secret.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { explainFailure, refuse } from '../generic/generic-answer.ts';
import type { Helper, HelperBroker, ServedDatabase } from '../helper.ts';
import { parsePsqlArguments } from './postgres-arguments.ts';
import type { Conninfo } from './postgres-conninfo.ts';
import { type Place, placesFor } from './postgres-lines.ts';
import { fetchPassword } from './postgres-password.ts';
import { formatPasswordLine } from './postgres-password-file.ts';
import { printForFile } from './postgres-print.ts';
import { findService, serviceFiles, serviceVariables } from './postgres-service.ts';
import {
  type ConnectionSettings,
  encryptionFor,
  findTarget,
  type PostgresHost,
  type PostgresTarget,
  postgresVariables,
  serviceOf,
  type WantedEncryption,
} from './postgres-target.ts';

/**
 * libpq asks no program for a password, but reads a file of them. `psql-keytray …` is `psql …` with such a file, on no
 * disk, that holds the token for the hosts an account lists; libpq itself compares host, port and user with it.
 */
export const postgresHelper: Helper = {
  protocol: 'postgres',
  environment: [...postgresVariables, ...serviceVariables],
  async serve(call, broker) {
    switch (call.operation) {
      case 'run':
        return run(call, broker);
      case 'pgpass':
      case 'service':
        return printForFile(call, broker, call.operation);
      default:
        return refuse(call, 'usage: psql-keytray ARGUMENTS… or keytray helper postgres pgpass|service --host=HOST');
    }
  },
};

/** Bytes. What the client is given comes in one piece, with the variable's name before it. */
const longestFile = 60_000;

async function run(call: HelperCall, broker: HelperBroker): Promise<number> {
  const given = parsePsqlArguments(call.argv);
  const accounts = broker.served('postgres');
  if (given === undefined || (accounts.length === 0 && !broker.listsDatabases())) return becomePsql(call);
  const service = await readService(call, broker, serviceOf(given, call.env));
  if (service.kind === 'left_to_psql') return becomePsql(call);
  if (service.kind === 'refused') return refuse(call, service.line);
  const settings: ConnectionSettings = { given, service: service.section?.values, env: call.env };
  const target = findTarget(settings);
  const databases = await databasesOf(call, broker, target);
  if (typeof databases === 'number') return databases;
  const found = placesFor(target, (host) => ({ accounts, databases: databases.get(host) ?? [] }));
  if (found.kind === 'refused') return refuse(call, found.line);
  if (found.places.length === 0) return becomePsql(call);

  const reachedAt = found.places.map((place) => place.reachedAt);
  const encryption = encryptionFor(reachedAt, settings, wantedBy(found.places));
  if (encryption.kind === 'refuse') {
    return refuse(call, `with sslmode=${encryption.mode} anyone on the way could read the token; use verify-full`);
  }
  const user = target.kind === 'none' ? undefined : target.user;
  const file = await passwordFile(call, broker, found.places, user);
  if (typeof file === 'number') return file;
  if (Buffer.byteLength(file) > longestFile)
    return refuse(call, 'too many hosts for one password file; name one with -h');
  const variables = encryption.kind === 'set' ? encryption.variables : {};
  const files: Record<string, Secret> = { PGPASSFILE: new Secret(file) };
  // The section that was judged, so that psql reads no other.
  if (service.section !== undefined) files.PGSERVICEFILE = new Secret(service.section.text);
  call.become({ name: 'psql', argv: undefined, variables, files });
  return 0;
}

/** The databases at each host; the status to end with where a host may be one, and nobody can tell. */
async function databasesOf(
  call: HelperCall,
  broker: HelperBroker,
  target: PostgresTarget,
): Promise<ReadonlyMap<PostgresHost, readonly ServedDatabase[]> | number> {
  const found = new Map<PostgresHost, readonly ServedDatabase[]>();
  for (const host of target.kind === 'hosts' ? target.hosts : []) {
    const there = await broker.databasesAt(host.name, host.port);
    if (there.kind === 'unknown') return explainFailure(call, there.failure, there.account);
    found.set(host, there.databases);
  }
  return found;
}

/** Undefined where one of them is no database of ours. */
function wantedBy(places: readonly Place[]): WantedEncryption | undefined {
  const databases = places.flatMap(({ database }) => (database === undefined ? [] : [database]));
  if (databases.length < places.length) return undefined;
  return databases.find(({ sslmode }) => sslmode === 'verify-full') ?? databases[0];
}

type FoundService =
  | { readonly kind: 'known'; readonly section: { readonly values: Conninfo; readonly text: string } | undefined }
  /** libpq finds none either, or ends with an error of its own. */
  | { readonly kind: 'left_to_psql' }
  | { readonly kind: 'refused'; readonly line: string };

/** A service file may name another address, or no TLS, for a listed host: without reading it nothing is handed out. */
async function readService(call: HelperCall, broker: HelperBroker, name: string | undefined): Promise<FoundService> {
  if (name === undefined) return { kind: 'known', section: undefined };
  for (const path of serviceFiles(call.env, call.cwd)) {
    const file = await broker.readFile(path);
    if (file.kind === 'absent') continue;
    const section = file.kind === 'text' ? findService(file.text, name) : file;
    switch (section.kind) {
      case 'found':
        return { kind: 'known', section };
      case 'absent':
        continue;
      case 'broken':
        return { kind: 'left_to_psql' };
      case 'ldap':
      case 'unreadable': {
        const why = section.kind === 'ldap' ? 'it asks an LDAP directory' : section.why;
        const line = `cannot tell where the service leads: ${path}: ${why}; write host=… and sslmode=… instead of service=…`;
        return { kind: 'refused', line };
      }
    }
  }
  return { kind: 'left_to_psql' };
}

function becomePsql(call: HelperCall): number {
  call.become({ name: 'psql', argv: undefined, variables: {}, files: {} });
  return 0;
}

/** The status to end with where not one account has a token. */
async function passwordFile(
  call: HelperCall,
  broker: HelperBroker,
  places: readonly Place[],
  user: string | undefined,
): Promise<string | number> {
  let text = '';
  let status = 0;
  for (const account of new Set(places.map((place) => place.account))) {
    const theirs = places.filter((place) => place.account === account);
    const host = theirs.map((place) => place.host).join(' ');
    const [database] = theirs.flatMap((place) => place.database ?? []);
    const fetched = await fetchPassword(call, broker, account, { database, host });
    if (fetched.kind === 'none') status = fetched.status;
    else for (const place of theirs) text += formatPasswordLine({ ...place, user, password: fetched.password });
  }
  return text === '' ? status : text;
}
