import { type Conninfo, isConninfo, parseConninfo } from './postgres-conninfo.ts';

/** What psql's own arguments say about the connection. */
export interface PsqlArguments {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly user: string | undefined;
  /** Empty unless the database is named by a connection string. */
  readonly conninfo: Conninfo;
}

/** Letters of psql 15 and later, a colon after those that take a value. */
const short = 'aAbc:d:eEf:F:h:HlL:no:p:P:qR:sStT:U:v:VwWxXz?01';

/** Those that say something about the connection, and their letters. */
const connecting: ReadonlyMap<string, string> = new Map([
  ['host', 'h'],
  ['port', 'p'],
  ['dbname', 'd'],
  ['username', 'U'],
]);
const withValue: ReadonlySet<string> = new Set([
  ...connecting.keys(),
  ...['command', 'field-separator', 'file', 'log-file', 'output', 'pset', 'record-separator', 'set'],
  ...['table-attr', 'variable'],
]);
/** psql connects to nobody, or asks for a password because it is told to. */
const stopping: ReadonlySet<string> = new Set(['help', 'password', 'version']);
const long: readonly string[] = [
  ...withValue,
  ...stopping,
  ...['csv', 'echo-all', 'echo-errors', 'echo-hidden', 'echo-queries', 'expanded', 'field-separator-zero', 'html'],
  ...['list', 'no-align', 'no-password', 'no-psqlrc', 'no-readline', 'quiet', 'record-separator-zero', 'single-line'],
  ...['single-step', 'single-transaction', 'tuples-only'],
];

/**
 * Reads them as getopt_long(3) does: options and names in any order, short ones in bundles, long ones cut short.
 * Undefined where psql will connect to nobody, will ask for a password because it is told to, or will refuse.
 */
export function parsePsqlArguments(argv: readonly string[]): PsqlArguments | undefined {
  const given = new Map<string, string>();
  const names: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') {
      names.push(...argv.slice(index + 1));
      break;
    }
    const next = argv[index + 1];
    const read = word.startsWith('--')
      ? readLong(word.slice(2), next)
      : word.startsWith('-') && word !== '-'
        ? readShort(word.slice(1), next)
        : undefined;
    if (read === undefined) {
      names.push(word);
      continue;
    }
    if (read === 'stop') return undefined;
    for (const [letter, value] of read.given) given.set(letter, value);
    if (read.tookNext) index += 1;
  }
  return argumentsOf(given, names);
}

function argumentsOf(given: ReadonlyMap<string, string>, names: readonly string[]): PsqlArguments | undefined {
  const free = [...names];
  const dbname = given.get('d') ?? free.shift() ?? '';
  const user = given.get('U') ?? free.shift();
  const conninfo = isConninfo(dbname) ? parseConninfo(dbname) : new Map<string, string>();
  if (conninfo === undefined) return undefined;
  // What is empty counts as not given.
  return { host: given.get('h') || undefined, port: given.get('p') || undefined, user: user || undefined, conninfo };
}

interface Read {
  readonly given: readonly (readonly [letter: string, value: string])[];
  readonly tookNext: boolean;
}

function readShort(letters: string, next: string | undefined): Read | 'stop' {
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters.charAt(index);
    const at = letter === ':' ? -1 : short.indexOf(letter);
    if (at < 0 || letter === 'V' || letter === 'W' || letter === '?') return 'stop';
    if (short.charAt(at + 1) !== ':') continue;
    const attached = letters.slice(index + 1);
    if (attached === '' && next === undefined) return 'stop';
    return { given: [[letter, attached === '' ? (next ?? '') : attached]], tookNext: attached === '' };
  }
  return { given: [], tookNext: false };
}

function readLong(text: string, next: string | undefined): Read | 'stop' {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const attached = equals < 0 ? undefined : text.slice(equals + 1);
  const candidates = long.includes(name) ? [name] : long.filter((known) => known.startsWith(name));
  const [option, ...others] = candidates;
  if (option === undefined || others.length > 0 || stopping.has(option)) return 'stop';
  if (!withValue.has(option)) return attached === undefined ? { given: [], tookNext: false } : 'stop';
  const value = attached ?? next;
  if (value === undefined) return 'stop';
  const letter = connecting.get(option);
  return { given: letter === undefined ? [] : [[letter, value]], tookNext: attached === undefined };
}
