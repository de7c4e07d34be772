import { Secret } from '../secret.ts';
import { fetchToken, refuse } from './generic-answer.ts';
import type { Helper, HelperBroker, HelperCall } from './helper.ts';
import { parsePsqlArguments } from './postgres-arguments.ts';
import { type Place, placesFor } from './postgres-lines.ts';
import { formatPasswordLine } from './postgres-password-file.ts';
import { printForFile } from './postgres-print.ts';
import { encryptionFor, findTarget, postgresVariables } from './postgres-target.ts';

/**
 * libpq asks no program for a password, but reads a file of them. `psql-keytray …` is `psql …` with such a file, on no
 * disk, that holds the token for the hosts an account lists; libpq itself compares host, port and user with it.
 */
export const postgresHelper: Helper = {
  protocol: 'postgres',
  environment: postgresVariables,
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
  const target = given === undefined ? undefined : findTarget(given, call.env);
  if (given === undefined || target === undefined) return becomePsql(call);
  const found = placesFor(target, broker.served('postgres'));
  if (found.kind === 'refused') return refuse(call, found.line);
  if (found.places.length === 0) return becomePsql(call);

  const reachedAt = found.places.map((place) => place.reachedAt);
  const encryption = encryptionFor(reachedAt, given, call.env);
  if (encryption.kind === 'refuse') {
    return refuse(call, `with sslmode=${encryption.mode} anyone on the way could read the token; use verify-full`);
  }
  const user = target.kind === 'none' ? undefined : target.user;
  const file = await passwordFile(call, broker, found.places, user);
  if (typeof file === 'number') return file;
  if (Buffer.byteLength(file) > longestFile)
    return refuse(call, 'too many hosts for one password file; name one with -h');
  const variables = encryption.kind === 'require' ? { PGSSLMODE: 'require' } : {};
  call.become({ name: 'psql', argv: undefined, variables, files: { PGPASSFILE: new Secret(file) } });
  return 0;
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
    const fetched = await fetchToken(call, broker, account, { host });
    if (fetched.kind === 'none') status = fetched.status;
    else for (const place of theirs) text += formatPasswordLine({ ...place, user, password: fetched.token });
  }
  return text === '' ? status : text;
}
