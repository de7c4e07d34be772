import { randomUUID } from 'node:crypto';
import type { Account } from '../accounts/account.ts';
import { givenElsewhere } from '../accounts/kept-secrets.ts';
import type { AskService, ServiceRequest } from '../credentials/api-keys/provider.ts';
import { jsonOf } from '../credentials/api-keys/service-failure.ts';
import {
  givenPassword,
  isPlaceOfWorkspace,
  type LakebasePlace,
  passwordRequest,
  placeRequest,
  readPassword,
  readPlace,
  readUserName,
  userRequest,
} from '../credentials/lakebase-password.ts';
import { workspaceFailure } from '../credentials/workspace-failure.ts';
import { KeytrayError, retold } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { traitsOf } from '../services/grant.ts';
import { databasePasswordField, type LakebaseTarget } from '../services/lakebase.ts';
import { isWarehouseAddress, problemOfState } from '../services/lakebase-failures.ts';
import { DerivedCredentials } from './derived-credentials.ts';

/** Everything a client needs to open a session. */
export interface DatabaseLogin {
  readonly username: string;
  readonly password: Secret;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly sslmode: LakebaseTarget['sslmode'];
  /** Milliseconds since the epoch; undefined for a password of PostgreSQL itself. */
  readonly expiresAt: number | undefined;
  /** Whether passwords of PostgreSQL itself are taken; undefined where the service does not tell. */
  readonly nativeLogin: boolean | undefined;
}

export interface DatabaseLoginsDependencies {
  readonly askService: (account: Account) => AskService;
  readonly clock: Pick<Clock, 'now'>;
}

interface Held {
  readonly host: string;
  readonly username: string;
  readonly nativeLogin: boolean | undefined;
  /** Undefined where the person gave it: it is read with every hand-out. */
  readonly password: Secret | undefined;
  readonly expiresAt: number;
}

/** Milliseconds for which it is not asked again where a database is, if its password does not end. */
const placeLife = 3_600_000;

/** Logins to the databases an account lists: one request for all who ask for the same, in memory only. */
export class DatabaseLogins {
  readonly #dependencies: DatabaseLoginsDependencies;
  readonly #derived: DerivedCredentials<Held>;
  readonly #places: DerivedCredentials<{ readonly host: string; readonly expiresAt: number }>;
  /** Who is signed in, by account and sign-in. */
  readonly #users = new Map<string, { readonly signIn: string; readonly name: string }>();

  constructor(dependencies: DatabaseLoginsDependencies) {
    this.#dependencies = dependencies;
    this.#derived = new DerivedCredentials({ clock: dependencies.clock });
    this.#places = new DerivedCredentials({ clock: dependencies.clock });
  }

  /** Throws `KeytrayError`. `name`: of a target; undefined: the only one. */
  async login(account: Account, name: string | undefined): Promise<DatabaseLogin> {
    const { target } = targetOf(account, name);
    checkWarehouse(account, target);
    await account.load();
    const held = await this.#derived.credentials({
      account: account.id,
      key: () => JSON.stringify([signInOf(account), target]),
      obtain: () => this.#obtain(account, target),
    });
    const { host, username, nativeLogin, password } = held;
    const { port, database, sslmode } = target;
    const common = { username, host, port, database, sslmode, nativeLogin };
    if (password !== undefined) return { ...common, password, expiresAt: held.expiresAt };
    return { ...common, password: await nativePassword(account), expiresAt: undefined };
  }

  /** Where the database is. Throws `KeytrayError` as `login` does. */
  async hostOf(account: Account, name: string): Promise<string> {
    const { target } = targetOf(account, name);
    checkWarehouse(account, target);
    await account.load();
    const found = await this.#places.credentials({
      account: account.id,
      key: () => JSON.stringify([signInOf(account), target.place]),
      obtain: async () => {
        const { host } = await this.#place(account, target);
        return { host, expiresAt: this.#dependencies.clock.now() + placeLife };
      },
    });
    return found.host;
  }

  /** The account was signed out, or is another person's now. */
  forget(account: string): void {
    this.#derived.forget(account);
    this.#places.forget(account);
    this.#users.delete(account);
  }

  async #obtain(account: Account, target: LakebaseTarget): Promise<Held> {
    const [place, username] = await Promise.all([this.#place(account, target), this.userOf(account)]);
    const { host, nativeLogin } = place;
    if (target.password === 'native') {
      return {
        host,
        username,
        nativeLogin,
        password: undefined,
        expiresAt: this.#dependencies.clock.now() + placeLife,
      };
    }
    const { password, expiresAt } = readPassword(await this.#ask(account, passwordRequest(target.place, randomUUID())));
    // The end is told by the server's clock.
    const skew = (account.record?.clockSkew ?? 0) * 1_000;
    return { host, username, nativeLogin, password, expiresAt: expiresAt - skew };
  }

  async #place(account: Account, { place, password }: LakebaseTarget): Promise<LakebasePlace> {
    const found = readPlace(place.kind, await this.#ask(account, placeRequest(place)));
    const problem = problemOfState(found.state);
    if (problem !== undefined) {
      throw new KeytrayError('temporarily_unavailable', problem, {
        account: account.id,
        detail: found.state,
        advice: 'Start it in the workspace, or wait until it is ready.',
      });
    }
    if (password === 'native' && found.nativeLogin === false) {
      throw new KeytrayError('misconfigured', 'the database takes no passwords of its own: native login is off', {
        account: account.id,
        advice: 'Switch it on in the workspace, or write password: generated.',
      });
    }
    checkHost(found.host, account);
    return found;
  }

  /** The role of the account: a person's has their user name, a service principal's the ID of its client. */
  async userOf(account: Account): Promise<string> {
    if (isClientItself(account)) return account.settings.clientId;
    const known = this.#users.get(account.id);
    if (known !== undefined && known.signIn === signInOf(account)) return known.name;
    const name = readUserName(await this.#ask(account, userRequest));
    this.#users.set(account.id, { signIn: signInOf(account), name });
    return name;
  }

  async #ask(account: Account, request: ServiceRequest): Promise<unknown> {
    const reply = await this.#dependencies.askService(account)(request);
    if (reply.status !== 200) throw ofAccount(workspaceFailure(reply), account);
    return jsonOf(reply.body);
  }
}

/** Another sign-in means another person, other settings another workspace. */
function signInOf({ record, settings }: Account): string {
  const { grant, url, issuer, clientId } = settings;
  return JSON.stringify([record?.signedInAt ?? 0, grant.kind, url ?? '', issuer ?? '', clientId]);
}

/** Throws where the account has no such database, or several and none is named. */
export function targetOf(
  { id, settings }: Pick<Account, 'id' | 'settings'>,
  name: string | undefined,
): { readonly name: string; readonly target: LakebaseTarget } {
  const targets = Object.entries(settings.lakebase ?? {});
  const names = targets.map(([known]) => known).join(', ');
  if (targets.length === 0) {
    throw new KeytrayError('misconfigured', `${id} lists no databases`, {
      account: id,
      advice: 'Name one under lakebase: of the account.',
    });
  }
  const [found, ...others] = name === undefined ? targets : targets.filter(([known]) => known === name);
  if (found === undefined) {
    const advice = `Write one of them: ${id}/${targets[0]?.[0]}`;
    throw new KeytrayError('not_found', `${id} lists no database of this name; it has ${names}`, {
      account: id,
      advice,
    });
  }
  if (others.length > 0) {
    const advice = `Write the account with one of them: ${id}/${found[0]}`;
    throw new KeytrayError('invalid_request', `${id} has several databases: ${names}`, { account: id, advice });
  }
  return { name: found[0], target: found[1] };
}

/** Throws where the address is one of the other product: both are copied from the same window. */
export function checkWarehouse({ id, settings }: Pick<Account, 'id' | 'settings'>, { place }: LakebaseTarget): void {
  const named = place.kind === 'instance' ? place.instance : place.endpoint;
  if (![settings.url ?? '', named].some(isWarehouseAddress)) return;
  throw new KeytrayError('misconfigured', 'a SQL warehouse does not speak PostgreSQL', {
    account: id,
    advice: 'Name a database instance or an endpoint of Lakebase, and the workspace without a path.',
  });
}

function checkHost(host: string, { id, settings }: Account): void {
  if (isPlaceOfWorkspace(host, settings.url ?? settings.issuer ?? '')) return;
  throw new KeytrayError('misconfigured', `the workspace says that its database is on this machine (${host})`, {
    account: id,
  });
}

async function nativePassword(account: Account): Promise<Secret> {
  const { id, settings } = account;
  const secrets = await account.secrets();
  const given = secrets.values[databasePasswordField.name];
  if (given === undefined) {
    throw new KeytrayError('login_required', `${settings.title} has no database password yet`, {
      account: id,
      // A sign-in by browser asks for none.
      ...(settings.fields.length === 0 && { advice: 'Store the database password of the account.' }),
    });
  }
  const elsewhere = givenElsewhere(secrets, settings);
  if (elsewhere === undefined) return givenPassword(given);
  throw new KeytrayError('misconfigured', elsewhere, { account: id, advice: 'Give the database password again.' });
}

/** A service principal: nobody stands behind its tokens. */
function isClientItself({ settings }: Account): boolean {
  const { client, signIn } = traitsOf(settings.grant.kind);
  return client && signIn === 'fields';
}

function ofAccount(failure: KeytrayError, account: Account): KeytrayError {
  // A new sign-in would give it the same rights.
  const code = failure.code === 'login_required' && isClientItself(account) ? 'access_denied' : failure.code;
  return retold(failure, { code, account: account.id });
}
