import type { SecureContext } from 'node:tls';
import type { Permission } from '../credentials/permission.ts';
import { plainText } from '../untrusted/plain-text.ts';
import type { DatabaseLogin } from './database-logins.ts';
import { type DatabaseRow, inDatabase } from './database-session.ts';

/** Enough to see what is missing; a database may have thousands. */
const mostTables = 200;

const ownSchemas = "nspname !~ '^pg_' and nspname <> 'information_schema'";

/** Kind, name, permission and whether the role has it; names as they are written in a statement. */
const statement = `
select 'role', quote_ident(current_user), 'LOGIN',
  exists (select from pg_catalog.pg_roles where rolname = current_user and rolcanlogin)
union all
select 'database', quote_ident(current_database()), p, has_database_privilege(current_database(), p)
  from unnest(array['CONNECT', 'CREATE', 'TEMPORARY']) as p
union all
select 'schema', quote_ident(nspname), p, has_schema_privilege(oid, p)
  from pg_catalog.pg_namespace, unnest(array['USAGE', 'CREATE']) as p where ${ownSchemas}
union all
(select 'table', quote_ident(nspname) || '.' || quote_ident(relname), p, has_table_privilege(c.oid, p)
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = relnamespace,
    unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as p
  where relkind in ('r', 'p', 'v', 'm', 'f') and ${ownSchemas}
  order by 2, 3 limit ${4 * mostTables})`;

/** What the role of a login may do, asked of PostgreSQL itself. Throws `KeytrayError`. */
export async function databasePermissions(
  login: DatabaseLogin,
  authorities: SecureContext,
): Promise<readonly Permission[]> {
  const rows = await inDatabase(login, authorities, (query) => query(statement));
  const role = rows.find(([kind]) => kind === 'role')?.[1] ?? '';
  return rows.map((row) => permissionOf(row, role));
}

function permissionOf([kind, name, permission, has]: DatabaseRow, role: string): Permission {
  const answer = String(has) === 'true' || has === 't' ? 'yes' : 'no';
  const object = `${kind} ${plainText(name ?? '')}`;
  const grant = `GRANT ${permission} ON ${(kind ?? '').toUpperCase()} ${name} TO ${role};`;
  return {
    object,
    permission: permission ?? '',
    answer,
    reason: answer === 'no' && kind !== 'role' ? plainText(grant, 400) : undefined,
  };
}
