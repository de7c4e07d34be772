import type { SecureContext } from 'node:tls';
import type { Account } from '../accounts/account.ts';
import { never } from '../concurrency/pause.ts';
import type { AskService } from '../credentials/api-keys/provider.ts';
import { datadogMappings } from '../credentials/datadog-mappings.ts';
import { dataikuPermissions, readDataikuObject } from '../credentials/dataiku-permissions.ts';
import type { Permission } from '../credentials/permission.ts';
import { KeytrayError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { awsCredentialsOf } from '../services/grant.ts';
import { knownArn } from './aws-sessions.ts';
import type { DatabaseLogins } from './database-logins.ts';
import { databasePermissions } from './database-permissions.ts';
import { DerivedCredentials } from './derived-credentials.ts';
import type { ServiceCalls } from './service-calls.ts';

export interface PermissionsDependencies {
  readonly calls: Pick<ServiceCalls, 'ask'>;
  readonly databases: Pick<DatabaseLogins, 'login'>;
  /** Whom a database of the account must be certified by. */
  readonly authorities: (account: Account) => Promise<SecureContext>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface PermissionQuestion {
  /** As the service names them; none: what it shows by itself. */
  readonly objects: readonly string[];
  /** Whose keys may read what this account's credential may not. */
  readonly other: Account | undefined;
}

export interface Permissions {
  readonly rows: readonly Permission[];
  /** Milliseconds since the epoch. */
  readonly asOf: number;
}

/** Milliseconds for which an answer is kept. */
const life = 600_000;

/** What credentials may do, asked of their services, one request for all who ask the same. */
export class PermissionAnswers {
  readonly #dependencies: PermissionsDependencies;
  readonly #kept: DerivedCredentials<Permissions & { readonly expiresAt: number }>;

  constructor(dependencies: PermissionsDependencies) {
    this.#dependencies = dependencies;
    this.#kept = new DerivedCredentials({ clock: dependencies.clock, margin: () => 0 });
  }

  /** Throws `KeytrayError`, `invalid_request` where the service has nothing to ask. */
  async of(account: Account, question: PermissionQuestion): Promise<Permissions> {
    await account.load();
    const { objects, other } = question;
    return await this.#kept.credentials({
      account: account.id,
      key: () => JSON.stringify([account.id, signInOf(account), objects, other && [other.id, signInOf(other)]]),
      obtain: async () => {
        const rows = await this.#ask(account, question);
        const asOf = this.#dependencies.clock.now();
        return { rows, asOf, expiresAt: asOf + life };
      },
    });
  }

  /** The account was signed out, or is another person's now. */
  forget(account: string): void {
    this.#kept.forget(account);
  }

  async #ask(account: Account, { objects, other }: PermissionQuestion): Promise<readonly Permission[]> {
    const { settings } = account;
    if (other !== undefined && settings.permissions !== 'mappings') {
      throw new KeytrayError('invalid_request', `${settings.title} is asked with the account's own credential`, {
        account: account.id,
      });
    }
    switch (settings.permissions) {
      case 'dataiku':
        return await dataikuPermissions(this.#asker(account), objectsOf(account, objects));
      case 'databases':
        return await this.#ofDatabases(account, objects);
      case 'mappings':
        return await datadogMappings(this.#asker(keysFor(account, other)), arnOf(account));
      case undefined:
        throw new KeytrayError('invalid_request', `${settings.title} does not tell what a credential may do`, {
          account: account.id,
        });
    }
  }

  async #ofDatabases(account: Account, names: readonly string[]): Promise<readonly Permission[]> {
    const { databases, authorities } = this.#dependencies;
    const rows: Permission[] = [];
    for (const name of names.length === 0 ? [undefined] : names) {
      const login = await databases.login(account, name);
      const found = await databasePermissions(login, await authorities(account));
      const named = names.length > 1 ? `${name}: ` : '';
      rows.push(...found.map((row) => ({ ...row, object: `${named}${row.object}` })));
    }
    return rows;
  }

  /** Others wait for the same answer: it goes on when a caller has gone. */
  #asker(account: Account): AskService {
    return (request) => this.#dependencies.calls.ask(account, request, never);
  }
}

/** A key of one project sees nothing of the instance: without other objects it is asked about that. */
function objectsOf({ settings }: Account, objects: readonly string[]) {
  const { scope, project } = settings.settings;
  const own = scope === 'project' && project !== undefined ? [project] : [];
  return (objects.length === 0 ? own : objects).map(readDataikuObject);
}

/** Another sign-in may do other things, another address is another service. */
const signInOf = ({ record, settings }: Account): string =>
  JSON.stringify([record?.signedInAt ?? 0, settings.url ?? '', settings.settings, settings.lakebase ?? {}]);

/** Keys that were entered, each with a header of its own: tokens of an identity may not read mappings. */
function keysFor(account: Account, other: Account | undefined): Account {
  const keys = other ?? account;
  const { service, fields, url } = keys.settings;
  const entered = fields.length > 0 && fields.every(({ header }) => header !== undefined);
  if (entered && service === account.settings.service && url === account.settings.url) return keys;
  throw new KeytrayError('invalid_request', 'mappings are read with API and application key of the same site', {
    account: account.id,
    advice: 'Name an account that has them: --with ID.',
  });
}

function arnOf({ settings: { grant } }: Account): string | undefined {
  const source = awsCredentialsOf(grant);
  return source === undefined ? undefined : knownArn(source);
}
