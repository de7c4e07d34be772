import type { Account } from '../accounts/account.ts';
import { AccountRegistry } from '../accounts/account-registry.ts';
import { setDatabasePassword } from '../accounts/database-password.ts';
import { ServerDirectory } from '../accounts/server-directory.ts';
import { inBackground } from '../concurrency/background.ts';
import { Broadcast } from '../concurrency/broadcast.ts';
import type { Config } from '../config/config.ts';
import type { HandOutGate } from '../hand-out/hand-out-gate.ts';
import { Notices } from '../notices/notices.ts';
import { RefreshEngine } from '../refresh/engine.ts';
import type { Secret } from '../secret.ts';
import type { PendingLogin } from '../sign-in/pending-login.ts';
import { PendingLogins } from '../sign-in/pending-logins.ts';
import { SignIn } from '../sign-in/sign-in.ts';
import { signOut } from '../sign-in/sign-out.ts';
import type { BrokerApi } from '../wire/broker-api.ts';
import type { AccountView, BrokerEvent, LoginRequest, LoginView, LogoutView, StatusView } from '../wire/schemas.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';
import type { CredentialApi } from './credential-api.ts';
import { type HandOuts, openHandOuts } from './hand-outs.ts';
import { LockRequests } from './lock-requests.ts';
import { renewalSources } from './renewal-sources.ts';
import { SignInApi } from './sign-in-api.ts';
import { StoreRecovery } from './store-recovery.ts';
import { StoreRequests } from './store-requests.ts';
import type { TokenApi } from './token-api.ts';
import { loginView, logoutView } from './views/account-view.ts';
import { AccountViews } from './views/account-views.ts';
import { configView, handOutsView, processView, type ReadConfigState } from './views/process-view.ts';

/** The broker: alone owns refresh tokens, and answers the local API. Built alike by the tray app and the agent. */
export class Broker implements BrokerApi {
  readonly store: StoreRequests;
  readonly handOutLock: LockRequests;
  readonly gate: HandOutGate;
  readonly apiKeys: BrokerApi['apiKeys'];
  readonly tokens: TokenApi;
  readonly #dependencies: BrokerDependencies;
  readonly #startedAt: number;
  readonly #accounts: AccountRegistry;
  readonly #keychain: StoreRecovery;
  readonly #logins: PendingLogins;
  readonly #servers: ServerDirectory;
  readonly #signIn: SignIn;
  readonly #signInApi: SignInApi;
  readonly #handOuts: HandOuts;
  readonly #notices: Notices;
  readonly #refreshes: RefreshEngine;
  readonly #views: AccountViews;
  readonly #events = new Broadcast<BrokerEvent>();
  #config: ReadConfigState = { files: [], error: undefined };

  constructor(dependencies: BrokerDependencies) {
    const { clock, http, logger } = dependencies;
    this.#dependencies = dependencies;
    this.#startedAt = clock.now();
    this.#logins = new PendingLogins(clock, (login) => this.#loginChanged(login));
    this.#views = new AccountViews({ logins: this.#logins, clock, logger });
    this.#accounts = new AccountRegistry({
      ...dependencies,
      changed: (id) => this.#accountChanged(id),
      removed: (id) => this.#accountRemoved(id),
    });
    this.#servers = new ServerDirectory(http, clock);
    const parts = { ...dependencies, accounts: this.#accounts, servers: this.#servers, logins: this.#logins };
    this.#keychain = new StoreRecovery(parts);
    this.#signIn = new SignIn(parts);
    const fetchToken = (account: Account) => this.tokens.refresh(account.id);
    this.#signInApi = new SignInApi({ ...parts, signIn: this.#signIn, fetchToken });
    const sources = renewalSources(dependencies, () => this.#handOuts);
    this.#refreshes = new RefreshEngine({ ...parts, accounts: () => this.#accounts.all(), sources });
    const { refresher } = this.#refreshes;
    const handOutsLocked = (): boolean => this.gate.state.kind === 'locked';
    const sealed = { store: dependencies.stores['encrypted-file'], handOutsLocked };
    this.store = new StoreRequests({ ...parts, ...sealed, refresher });
    this.#notices = new Notices({
      ...parts,
      openBrowser: (id) => this.startLogin(id, { user_agent: 'browser' }),
      confirm: dependencies.kind === 'desktop' ? undefined : (id, accept) => this.confirmLogin(id, accept),
    });
    this.#handOuts = openHandOuts({
      ...parts,
      refresher,
      find: (id) => this.#find(id),
      asked: (account, asker) => this.#notices.asked(account, asker),
      stopped: () => this.#tellAll(),
      events: this.#events,
    });
    this.gate = this.#handOuts.gate;
    this.apiKeys = this.#handOuts.apiKeys;
    this.handOutLock = new LockRequests(this);
    this.tokens = this.#handOuts.tokens;
  }

  /** Takes over a config that was read; sign-ins of accounts that are still there stay as they are. */
  configure(config: Config, files: readonly string[]): void {
    this.#config = { files, error: undefined };
    this.#notices.configure(config.reminder);
    this.#accounts.configure(config);
    this.#tellAll();
  }

  /** The config on disk is invalid: what was read before stays in force, and status says so. */
  configFailed(error: string): void {
    this.#config = { ...this.#config, error };
    this.#tellAll();
  }

  /** Reads every account's record, one after another, then keeps fresh what is in use. */
  async start(): Promise<void> {
    await this.#accounts.loadAll();
    this.#refreshes.start();
    this.#notices.start();
    this.#handOuts.early.start();
    await this.#handOuts.apiKeys.start();
  }

  /** The system says that it has woken from sleep. */
  woken(): void {
    this.#refreshes.woken();
  }

  /** Resolves when no refresh is under way: a rotated token whose reply is not awaited is a login lost. */
  async stop(): Promise<void> {
    this.#notices.stop();
    await Promise.all([this.#refreshes.stop(), this.#signIn.close()]);
  }

  async status(): Promise<StatusView> {
    const { stores, kind } = this.#dependencies;
    const warnings = this.#notices.warnings();
    return {
      // Waits for the first reading of the stores, which the others then tell of.
      accounts: [...(await this.accounts())],
      ...processView(kind, this.#startedAt),
      keychain: { backend: stores.keychain.backend, state: await this.#keychain.state() },
      encrypted_file: await this.store.view(),
      ...handOutsView(this.gate.state),
      config: configView(this.#config),
      ...(warnings === undefined ? {} : { warnings }),
      logins: this.#logins.open().map(loginView),
    };
  }

  async accounts(): Promise<readonly AccountView[]> {
    return await this.#views.all(this.#accounts);
  }

  async account(id: string): Promise<AccountView> {
    const account = await this.#find(id);
    await account.load();
    return this.#views.of(account);
  }

  readonly token: BrokerApi['token'] = (...asked) => this.tokens.token(...asked);

  readonly test: BrokerApi['test'] = (...asked) => this.#handOuts.tests.test(...asked);
  readonly permissions: BrokerApi['permissions'] = (id, asked) => this.#handOuts.permissions.permissions(id, asked);
  readonly credentials: BrokerApi['credentials'] = (...asked) => this.#handOuts.credentials.credentials(...asked);
  readonly databasePlace: CredentialApi['databasePlace'] = (...named) =>
    this.#handOuts.credentials.databasePlace(...named);
  readonly openEndpoint: BrokerApi['openEndpoint'] = (...asked) => this.#handOuts.endpoints.open(...asked);

  async closeEndpoint(id: string, endpoint: string): Promise<void> {
    this.#handOuts.endpoints.close((await this.#find(id)).id, endpoint);
  }

  async startLogin(id: string, request: LoginRequest): Promise<LoginView> {
    return await this.#signInApi.start(await this.#find(id), request);
  }

  readonly login: BrokerApi['login'] = (id) => this.#signInApi.view(id);
  readonly waitForLogin: BrokerApi['waitForLogin'] = (...which) => this.#signInApi.wait(...which);
  readonly finishLogin: BrokerApi['finishLogin'] = (id, callback) => this.#signInApi.finish(id, callback);
  readonly confirmLogin: BrokerApi['confirmLogin'] = (id, accept) => this.#signInApi.confirm(id, accept);
  readonly cancelLogin: BrokerApi['cancelLogin'] = (id) => this.#signInApi.cancel(id);

  async logout(id: string, options: { readonly revoke: boolean }): Promise<LogoutView> {
    const account = await this.#find(id);
    this.#signInApi.drop(id);
    await this.#refreshes.refresher.settled(account);
    const revocation = await signOut(account, this.#accounts.all(), this.#servers, options);
    await this.#handOuts.made.signedOut(id);
    return logoutView(account.id, revocation);
  }

  async setClientSecret(id: string, secret: Secret): Promise<void> {
    await (await this.#find(id)).clientSecret.set(secret);
    this.#servers.forget(id);
  }

  async setDatabasePassword(id: string, password: Secret): Promise<void> {
    await setDatabasePassword(await this.#find(id), password);
  }

  async removeClientSecret(id: string): Promise<void> {
    await (await this.#find(id)).clientSecret.remove();
    this.#servers.forget(id);
  }

  readonly subscribe: BrokerApi['subscribe'] = (listener) => this.#events.subscribe(listener);

  readonly helper: BrokerApi['helper'] = (...called) => this.#handOuts.helpers.serve(...called);

  handover(): void {
    this.#dependencies.quit();
  }

  async #find(id: string): Promise<Account> {
    if (this.#accounts.find(id) === undefined) await this.#dependencies.reloadConfig();
    return this.#accounts.get(id);
  }

  #accountChanged(id: string): void {
    const account = this.#accounts.find(id);
    if (account === undefined) return;
    this.#views.tell(account, [
      () => this.#notices.accountChanged(account),
      () => this.#signInApi.accountChanged(account),
      () => this.#handOuts.changed(account),
      () => this.#refreshes.changed(account),
      () => this.#tellOf(account),
    ]);
  }

  #tellAll(): void {
    if (!this.#events.heard) return;
    const told = this.status().then((status) => this.#events.emit({ type: 'state', status }));
    inBackground(this.#dependencies.logger, 'tell the state', told);
  }

  #tellOf(account: Account | undefined): void {
    if (account !== undefined && this.#events.heard)
      this.#events.emit({ type: 'account', account: this.#views.of(account) });
  }

  #accountRemoved(id: string): void {
    this.#signInApi.drop(id);
    this.#servers.forget(id);
    this.#handOuts.forget(id);
    this.#notices.accountRemoved(id);
    this.#events.emit({ type: 'account_removed', account: id });
  }

  #loginChanged(login: PendingLogin): void {
    this.#notices.loginChanged(login);
    this.#events.emit({ type: 'login', login: loginView(login) });
    this.#tellOf(this.#accounts.find(login.account));
  }
}
