import { formatDatabase, type UrlFormat } from '../../core/services/database-formats.ts';
import type { AppApi } from '../../ipc/contract.ts';
import type { ApiParts } from './parts.ts';

export function databaseMethods({ broker }: ApiParts): Pick<AppApi, 'database'> {
  return {
    database: async ({ account, database }) => {
      const place = await broker.databasePlace(account, database);
      const written = (format: UrlFormat): string => formatDatabase(format, place, `${account}/${database}`);
      return {
        ...place,
        formats: {
          uri: written('uri'),
          jdbc: written('jdbc'),
          psql: written('psql'),
          sqlalchemy: written('sqlalchemy'),
          asyncpg: written('asyncpg'),
          dsn: written('dsn'),
          env: written('env'),
          service: written('service'),
        },
      };
    },
  };
}
