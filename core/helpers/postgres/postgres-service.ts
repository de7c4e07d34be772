import { resolve } from 'node:path';
import type { Conninfo } from './postgres-conninfo.ts';

/** Connection service files (PostgreSQL documentation §34.17), read as libpq's parseServiceFile() does. Pure. */

/** Where `pg_config --sysconfdir` points in the packages people have. */
const systemFolders = ['/etc/postgresql-common', '/etc', '/usr/local/etc'];

/** Variables that say where the files are. */
export const serviceVariables = ['PGSERVICEFILE', 'PGSYSCONFDIR', 'HOME'] as const;

/** In the order libpq looks: the person's own, then the system's. */
export function serviceFiles(env: Readonly<Record<string, string | undefined>>, cwd: string): readonly string[] {
  const own = env.PGSERVICEFILE ?? (env.HOME === undefined ? undefined : `${env.HOME}/.pg_service.conf`);
  const folders = env.PGSYSCONFDIR === undefined ? systemFolders : [env.PGSYSCONFDIR];
  const system = folders.map((folder) => `${folder}/pg_service.conf`);
  return [...(own === undefined ? [] : [own]), ...system].map((file) => resolve(cwd, file));
}

export type ServiceSection =
  /** `text` is the section alone, as a file. */
  | { readonly kind: 'found'; readonly values: Conninfo; readonly text: string }
  | { readonly kind: 'absent' }
  /** libpq ends with an error of its own. */
  | { readonly kind: 'broken' }
  /** The values stand in a directory on the network. */
  | { readonly kind: 'ldap' };

export function findService(text: string, name: string): ServiceSection {
  const values = new Map<string, string>();
  const kept: string[] = [];
  let found = false;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/[ \t\v\f\r]+$/, '').replace(/^[ \t\v\f\r]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found) break;
      found = line.startsWith(`[${name}]`);
      continue;
    }
    if (!found) continue;
    if (line.startsWith('ldap')) return { kind: 'ldap' };
    const equals = line.indexOf('=');
    const key = line.slice(0, Math.max(equals, 0));
    // A service that names a service, a line that is no pair.
    if (equals < 0 || key === 'service' || text.includes('\0')) return { kind: 'broken' };
    // libpq keeps the first.
    if (!values.has(key)) values.set(key, line.slice(equals + 1));
    kept.push(`${line}\n`);
  }
  return found ? { kind: 'found', values, text: `[${name}]\n${kept.join('')}` } : { kind: 'absent' };
}
