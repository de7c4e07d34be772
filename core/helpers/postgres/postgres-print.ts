import type { HelperCall } from '../../wire/helper-call.ts';
import { notListedLine } from '../chosen-account.ts';
import { explainFailure, refuse } from '../generic/generic-answer.ts';
import type { HelperBroker, ServedAccount, ServedDatabase } from '../helper.ts';
import { matchAccounts } from '../host-match.ts';
import { readOptions } from '../options.ts';
import { fetchPassword } from './postgres-password.ts';
import { formatPasswordLine } from './postgres-password-file.ts';
import { hostAndPort } from './postgres-target.ts';

const usage =
  'keytray helper postgres pgpass|service --host=HOST [--port=PORT] [--user=NAME] [--dbname=NAME] [--account=ID]';

/** Longest line of a service file that libpq 15 reads, in bytes without its end. */
const longestServiceLine = 1021;

/** A line of a password file, or a section `[keytray]` of a service file, which may be a pipe. */
export async function printForFile(
  call: HelperCall,
  broker: HelperBroker,
  operation: 'pgpass' | 'service',
): Promise<number> {
  const options = readOptions(call.argv, ['account', 'host', 'port', 'user', 'dbname']);
  if (options.kind === 'unknown') return refuse(call, `not understood: ${options.argument}; usage: ${usage}`);
  const id = options.values.get('account');
  const host = options.values.get('host');
  const port = options.values.get('port') ?? '5432';
  const user = options.values.get('user');
  const dbname = options.values.get('dbname');
  if (host === undefined || options.words.length !== 1) return refuse(call, `usage: ${usage}`);
  if (!/^\d{1,5}$/.test(port)) return refuse(call, '--port takes a number');
  if ([user, dbname].some((text) => text !== undefined && /\p{Cc}/u.test(text))) {
    return refuse(call, 'a control character in --user or --dbname');
  }

  const where = hostAndPort(host, Number(port));
  const served = broker.served('postgres').filter((account) => id === undefined || account.id === id);
  const there = await broker.databasesAt(host, Number(port));
  if (there.kind === 'unknown' && (id ?? there.account.id) === there.account.id) {
    return explainFailure(call, there.failure, there.account);
  }
  const listed = there.kind === 'unknown' ? [] : there.databases;
  const databases = new Map<ServedAccount, ServedDatabase>(
    listed
      .filter(({ account }) => id === undefined || account.id === id)
      .map((database) => [{ ...database.account, hosts: [where] }, database]),
  );
  const accounts = databases.size > 0 ? [...databases.keys()] : served;
  const match = matchAccounts({ protocol: 'postgresql', host: where, username: user }, accounts);
  if (match.kind === 'none') {
    call.stderr(notListedLine({ family: 'postgres', id }, where));
    return 2;
  }
  if (match.kind === 'ambiguous') {
    const ids = match.accounts.map((account) => account.id).join(', ');
    return refuse(call, `${ids} all answer for ${where}; say which with --account=ID`);
  }
  const database = databases.get(match.account);
  const fetched = await fetchPassword(call, broker, match.account, { database, host: where });
  if (fetched.kind === 'none') return fetched.status;
  const { password } = fetched;
  if (operation === 'pgpass') {
    call.stdout(formatPasswordLine({ host, port: Number(port), user, password }));
    return 0;
  }
  const section = serviceSection({ host, port, user, dbname, password });
  const tooLong = section.some((line) => Buffer.byteLength(line) > longestServiceLine);
  if (tooLong) return refuse(call, 'the token is too long for a line of a service file; use psql-keytray');
  call.stdout(`${section.join('\n')}\n`);
  return 0;
}

function serviceSection(values: Readonly<Record<string, string | undefined>>): readonly string[] {
  const lines = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return ['[keytray]', ...lines];
}
