import type { Account } from '../accounts/account.ts';
import { KeytrayError } from '../errors.ts';
import { type DatabaseLogins, targetOf } from '../hand-out/database-logins.ts';
import type { HandOutGate } from '../hand-out/hand-out-gate.ts';
import type { RegistryAwsKeys } from '../hand-out/registry-aws-keys.ts';
import type { RoleCredentialCache } from '../hand-out/role-credentials.ts';
import { systemAuthoritiesFile } from '../platform/system-authorities.ts';
import type { DatabasePlace } from '../services/database-formats.ts';
import type { Caller } from '../wire/broker-api.ts';
import type { CredentialRequest, CredentialView } from '../wire/credential-schemas.ts';
import type { HelperCalls } from './helper-calls.ts';
import { awsView, postgresView } from './views/credential-view.ts';

export interface CredentialApiDependencies {
  readonly roles: RoleCredentialCache;
  readonly awsKeys: RegistryAwsKeys;
  readonly databases: DatabaseLogins;
  readonly helpers: Pick<HelperCalls, 'handedOut'>;
  readonly gate: HandOutGate;
  readonly find: (id: string) => Promise<Account>;
}

/** What is made from an account's credential for one target, for whoever asks by name. */
export class CredentialApi {
  readonly #dependencies: CredentialApiDependencies;

  constructor(dependencies: CredentialApiDependencies) {
    this.#dependencies = dependencies;
  }

  async credentials(id: string, request: CredentialRequest, caller: Caller): Promise<CredentialView> {
    const { gate, find } = this.#dependencies;
    const account = await find(id);
    gate.check(account.id);
    const { view, target } = await this.#obtain(account, request);
    // It may have been closed while a service was asked.
    gate.check(account.id);
    this.#dependencies.helpers.handedOut(account.id, request.kind, target, caller);
    return view;
  }

  /** Where a database is and as whom it is opened, without a password being made. Throws `KeytrayError`. */
  async databasePlace(id: string, target: string): Promise<DatabasePlace> {
    const { gate, find, databases } = this.#dependencies;
    const account = await find(id);
    gate.check(account.id);
    const { port, database, sslmode } = targetOf(account, target).target;
    const [host, user, authorities] = await Promise.all([
      databases.hostOf(account, target),
      databases.userOf(account),
      authoritiesFileOf(account),
    ]);
    return { host, port, database, user, sslmode, authorities };
  }

  async #obtain(
    account: Account,
    { kind, target }: CredentialRequest,
  ): Promise<{ readonly view: CredentialView; readonly target: string | undefined }> {
    const { roles, awsKeys, databases } = this.#dependencies;
    switch (kind) {
      case 'aws': {
        if (account.settings.catalog !== undefined) {
          refuseTarget(account, target);
          return { view: awsView(await awsKeys.credentials(account)), target: undefined };
        }
        const role = roleOf(account, target);
        const session = { sessionName: `keytray-${account.id}`.slice(0, 64), duration: undefined, region: undefined };
        const credentials = await roles.credentials(account, { role, ...session, token: 'id' });
        return { view: awsView(credentials), target: role };
      }
      case 'postgres': {
        const login = await databases.login(account, target);
        return { view: postgresView(login, await authoritiesFileOf(account)), target: login.host };
      }
    }
  }
}

const authoritiesFileOf = async ({ settings }: Account): Promise<string | undefined> =>
  settings.tls.ca ?? (await systemAuthoritiesFile());

/** There is one set of keys. */
function refuseTarget({ id, settings }: Account, target: string | undefined): void {
  if (target === undefined) return;
  throw new KeytrayError('invalid_request', `${settings.title} gives AWS credentials of its own and takes no target`, {
    account: id,
  });
}

function roleOf({ id, settings }: Account, role: string | undefined): string {
  const listed = settings.serves.aws ?? [];
  if (role === undefined) {
    const [only, ...others] = listed;
    if (only !== undefined && others.length === 0) return only;
    throw new KeytrayError('invalid_request', 'say which role as target, by its ARN', { account: id });
  }
  if (listed.includes(role)) return role;
  throw new KeytrayError('access_denied', `${id} does not list this role under aws:`, { account: id });
}
