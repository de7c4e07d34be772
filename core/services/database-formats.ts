import { quotedWord } from '../platform/command-words.ts';

export const urlFormats = ['uri', 'jdbc', 'psql', 'sqlalchemy', 'asyncpg', 'dsn', 'env', 'service'] as const;
export type UrlFormat = (typeof urlFormats)[number];

/** Where a database is and who opens it: everything a client needs but the password. */
export interface DatabasePlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly sslmode: string;
  /** A PEM file with the authorities to trust; undefined where this machine has none in one file. */
  readonly authorities: string | undefined;
}

/** As a client wants it written. Never with a password. `name`: as the person called the database. */
export function formatDatabase(format: UrlFormat, place: DatabasePlace, name: string): string {
  switch (format) {
    case 'uri':
    case 'asyncpg':
      return uri('postgresql', place);
    case 'sqlalchemy':
      return uri('postgresql+psycopg', place);
    case 'jdbc':
      return jdbc(place);
    case 'psql':
      return `psql ${quotedWord(pairs(place, ' ', conninfoValue))}`;
    case 'dsn':
      return pairs(place, ' ', conninfoValue);
    case 'service':
      return `[${name.replaceAll('/', '-')}]\n${pairs(place, '\n', (value) => value)}`;
    case 'env':
      return [...connectionVariables(place)]
        .map(([variable, value]) => `export ${variable}=${quotedWord(value)}`)
        .join('\n');
  }
}

/** What clients of libpq read, without the password. */
export function connectionVariables({
  host,
  port,
  user,
  database,
  sslmode,
  authorities,
}: DatabasePlace): ReadonlyMap<string, string> {
  return new Map([
    ['PGHOST', host],
    ['PGPORT', String(port)],
    ['PGUSER', user],
    ['PGDATABASE', database],
    ['PGSSLMODE', sslmode],
    ...(authorities === undefined ? [] : [['PGSSLROOTCERT', authorities] as const]),
  ]);
}

function parametersOf({ sslmode, authorities }: DatabasePlace): readonly (readonly [string, string])[] {
  return [['sslmode', sslmode], ...(authorities === undefined ? [] : [['sslrootcert', authorities] as const])];
}

const query = (parameters: readonly (readonly [string, string])[]): string =>
  parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');

const authority = ({ host, port }: DatabasePlace): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

function uri(scheme: string, place: DatabasePlace): string {
  const { user, database } = place;
  const path = `${encodeURIComponent(user)}@${authority(place)}/${encodeURIComponent(database)}`;
  return `${scheme}://${path}?${query(parametersOf(place))}`;
}

function jdbc(place: DatabasePlace): string {
  const parameters = [['user', place.user] as const, ...parametersOf(place)];
  return `jdbc:postgresql://${authority(place)}/${encodeURIComponent(place.database)}?${query(parameters)}`;
}

function pairs(place: DatabasePlace, between: string, written: (value: string) => string): string {
  const { host, port, user, database } = place;
  const settings = [
    ['host', host],
    ['port', String(port)],
    ['user', user],
    ['dbname', database],
    ...parametersOf(place),
  ];
  return settings.map(([name, value = '']) => `${name}=${written(value)}`).join(between);
}

/** PostgreSQL documentation §34.1.1. */
const conninfoValue = (value: string): string =>
  /^[\w@.:/+-]+$/.test(value) ? value : `'${value.replace(/['\\]/g, '\\$&')}'`;
