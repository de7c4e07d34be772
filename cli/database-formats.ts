import { exportLine } from './account-environment.ts';
import type { DatabaseDetails } from './database-target.ts';
import { connectionVariables } from './database-variables.ts';

export const urlFormats = ['uri', 'jdbc', 'psql', 'sqlalchemy', 'asyncpg', 'dsn', 'env', 'service'] as const;
export type UrlFormat = (typeof urlFormats)[number];

type Place = Omit<DatabaseDetails, 'password'>;

/** Where a database is, as a client wants it written. Never with a password. `name`: as the person called it. */
export function formatDatabase(format: UrlFormat, place: Place, name: string): string {
  switch (format) {
    case 'uri':
    case 'asyncpg':
      return uri('postgresql', place);
    case 'sqlalchemy':
      return uri('postgresql+psycopg', place);
    case 'jdbc':
      return jdbc(place);
    case 'psql':
      return `psql ${shellWord(pairs(place, ' ', conninfoValue))}`;
    case 'dsn':
      return pairs(place, ' ', conninfoValue);
    case 'service':
      return `[${name.replaceAll('/', '-')}]\n${pairs(place, '\n', (value) => value)}`;
    case 'env':
      return [...connectionVariables(place)]
        .map(([variable, value]) => exportLine(variable, value))
        .join('')
        .trimEnd();
  }
}

function parametersOf({ sslmode, authorities }: Place): readonly (readonly [string, string])[] {
  return [['sslmode', sslmode], ...(authorities === undefined ? [] : [['sslrootcert', authorities] as const])];
}

const query = (parameters: readonly (readonly [string, string])[]): string =>
  parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');

const authority = ({ host, port }: Place): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

function uri(scheme: string, place: Place): string {
  const { user, database } = place;
  const path = `${encodeURIComponent(user)}@${authority(place)}/${encodeURIComponent(database)}`;
  return `${scheme}://${path}?${query(parametersOf(place))}`;
}

function jdbc(place: Place): string {
  const parameters = [['user', place.user] as const, ...parametersOf(place)];
  return `jdbc:postgresql://${authority(place)}/${encodeURIComponent(place.database)}?${query(parameters)}`;
}

function pairs(place: Place, between: string, written: (value: string) => string): string {
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

const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
