import { KeytrayError } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import type { ApiKeysApi, BrokerApi, Caller, LockApi, StoreApi } from '../../core/wire/broker-api.ts';
import type { TestRequest, TestView } from '../../core/wire/check-schemas.ts';
import type { CredentialRequest, CredentialView } from '../../core/wire/credential-schemas.ts';
import type { EndpointRequest, EndpointView } from '../../core/wire/endpoint-schemas.ts';
import type { HelperCall } from '../../core/wire/helper-call.ts';
import type { PermissionsRequest, PermissionsView } from '../../core/wire/permission-schemas.ts';
import type {
  AccountView,
  BrokerEvent,
  CallbackRequest,
  LoginRequest,
  LoginView,
  LogoutView,
  StatusView,
  TokenRequest,
  TokenView,
} from '../../core/wire/schemas.ts';

export function accountView(account: string, changes: Partial<AccountView> = {}): AccountView {
  return {
    account,
    service: account.split('@')[0] ?? account,
    title: account,
    state: 'active',
    scopes: [],
    store: 'memory',
    tls_verified: true,
    serves: {},
    ...changes,
  };
}

export interface RecordedCall {
  readonly method: string;
  readonly arguments: readonly unknown[];
}

type TokenAnswer = (request: TokenRequest, caller: Caller) => TokenView | Promise<TokenView>;
type HelperAnswer = (call: HelperCall, caller: Caller) => Promise<number>;

/**
 * A broker without accounts logic: what it answers is set by the test, what it was asked is in `calls`.
 * `failures` makes a method (by name) throw; `tokens` and `helpers` answer by account and by protocol.
 */
export class FakeBroker implements BrokerApi {
  readonly calls: RecordedCall[] = [];
  readonly failures = new Map<keyof BrokerApi, Error>();
  readonly tokens = new Map<string, TokenAnswer>();
  readonly credentialAnswers = new Map<string, (request: CredentialRequest) => Promise<CredentialView>>();
  readonly helpers = new Map<string, HelperAnswer>();
  readonly views = new Map<string, AccountView>();
  readonly logins = new Map<string, LoginView>();
  readonly clientSecrets = new Map<string, Secret>();
  revocation: LogoutView['revocation'] = 'revoked';
  handedOver = 0;
  readonly #listeners = new Set<(event: BrokerEvent) => void>();
  readonly #loginWaiters = new Map<string, Set<(login: LoginView) => void>>();

  constructor(accounts: readonly AccountView[] = []) {
    for (const account of accounts) this.views.set(account.account, account);
  }

  /** How many event listeners are there: a test sees whether a stream was let go. */
  get listenerCount(): number {
    return this.#listeners.size;
  }

  called(method: keyof BrokerApi): readonly RecordedCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  emit(event: BrokerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Moves a login on; wakes those who wait for it once it has ended. */
  setLogin(login: LoginView): void {
    this.logins.set(login.login_id, login);
    this.emit({ type: 'login', login });
    if (login.state === 'requested' || login.state === 'started') return;
    for (const wake of this.#loginWaiters.get(login.login_id) ?? []) wake(login);
    this.#loginWaiters.delete(login.login_id);
  }

  /** The passphrase of the encrypted file; undefined: there is no file yet. */
  passphrase: Secret | undefined;

  readonly handOutLock: LockApi = {
    lock: async () => this.#record('handOutLock', 'lock'),
    unlock: async () => this.#record('handOutLock', 'unlock'),
  };
  /** Nobody has keys. */
  readonly apiKeys: ApiKeysApi = {
    list: async (...asked) => this.#noKeys('list', ...asked),
    show: async (...asked) => this.#noKeys('show', ...asked),
    create: async (...asked) => this.#noKeys('create', ...asked),
    revoke: async (...asked) => this.#noKeys('revoke', ...asked),
    revokeSecret: async (...asked) => this.#noKeys('revokeSecret', ...asked),
    rotate: async (...asked) => this.#noKeys('rotate', ...asked),
  };
  readonly store: StoreApi = {
    view: async () => ({ state: 'locked', present: this.passphrase !== undefined }),
    unlock: async (passphrase, options) => {
      this.#record('store', 'unlock', options);
      if (this.passphrase === undefined && !options.create) {
        throw new KeytrayError('invalid_request', 'there is no encrypted file yet: keytray unlock');
      }
      this.passphrase ??= passphrase;
      this.#checkPassphrase(passphrase);
    },
    changePassphrase: async (old, next) => {
      this.#record('store', 'changePassphrase');
      this.#checkPassphrase(old);
      this.passphrase = next;
    },
    lock: async () => {
      this.#record('store', 'lock');
    },
  };

  #noKeys(...asked: readonly unknown[]): never {
    this.#record('apiKeys', ...asked);
    throw new KeytrayError('invalid_request', 'there are no keys');
  }

  #checkPassphrase(given: Secret): void {
    if (this.passphrase?.equals(given) === true) return;
    throw new KeytrayError('access_denied', 'this is not the passphrase of the encrypted file');
  }

  async status(): Promise<StatusView> {
    this.#record('status');
    return {
      version: '0.0.0-test',
      pid: process.pid,
      started_at: '2026-11-23T09:00:00.000Z',
      kind: 'agent',
      keychain: { backend: 'memory', state: 'unlocked' },
      encrypted_file: await this.store.view(),
      config: { files: [] },
      accounts: [...this.views.values()],
      logins: [...this.logins.values()].filter((login) => login.state === 'requested' || login.state === 'started'),
    };
  }

  async accounts(): Promise<readonly AccountView[]> {
    this.#record('accounts');
    return [...this.views.values()];
  }

  async account(id: string): Promise<AccountView> {
    this.#record('account', id);
    return this.#view(id);
  }

  async token(id: string, request: TokenRequest, caller: Caller): Promise<TokenView> {
    this.#record('token', id, request, caller);
    this.#view(id);
    const answer = this.tokens.get(id);
    if (answer === undefined) {
      throw new KeytrayError('login_required', `${id} needs a sign-in`, { account: id });
    }
    return await answer(request, caller);
  }

  /** What a test of an account finds. */
  found: TestView = { ok: true, who: 'ada', duration_ms: 12, checked: true, token_length: 40, expires_in: 3_600 };

  async test(id: string, request: TestRequest): Promise<TestView> {
    this.#record('test', id, request);
    this.#view(id);
    return this.found;
  }

  async permissions(id: string, request: PermissionsRequest): Promise<PermissionsView> {
    this.#record('permissions', id, request);
    this.#view(id);
    return { rows: [{ object: 'MYPROJ', permission: 'read', answer: 'yes' }], as_of: new Date(0).toISOString() };
  }

  async credentials(id: string, request: CredentialRequest, caller: Caller): Promise<CredentialView> {
    this.#record('credentials', id, request, caller);
    this.#view(id);
    const answer = this.credentialAnswers.get(id);
    if (answer === undefined) throw new KeytrayError('misconfigured', `${id} lists no databases`, { account: id });
    return await answer(request);
  }

  async openEndpoint(id: string, request: EndpointRequest): Promise<EndpointView> {
    this.#record('openEndpoint', id, request);
    this.#view(id);
    return { endpoint: 'the-endpoint', url: 'http://127.0.0.1:1/the-endpoint', account: id };
  }

  async closeEndpoint(id: string, endpoint: string): Promise<void> {
    this.#record('closeEndpoint', id, endpoint);
    this.#view(id);
  }

  async startLogin(id: string, request: LoginRequest): Promise<LoginView> {
    this.#record('startLogin', id, request);
    this.#view(id);
    const known = [...this.logins.values()].find((login) => login.account === id && login.state === 'started');
    if (known !== undefined) return known;
    const login: LoginView = {
      login_id: `login-${this.logins.size + 1}`,
      account: id,
      state: 'started',
      authorization_url: 'https://login.example.test/authorize?state=test',
      expires_at: '2026-11-23T09:05:00.000Z',
    };
    this.setLogin(login);
    return login;
  }

  login(loginId: string): LoginView {
    this.#record('login', loginId);
    return this.#login(loginId);
  }

  async waitForLogin(loginId: string, seconds: number, signal: AbortSignal): Promise<LoginView> {
    this.#record('waitForLogin', loginId, seconds, signal);
    const login = this.#login(loginId);
    if (login.state !== 'requested' && login.state !== 'started') return login;
    return await new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        resolve(this.#login(loginId));
      };
      const timer = setTimeout(finish, seconds * 1000);
      signal.addEventListener('abort', finish, { once: true });
      const waiters = this.#loginWaiters.get(loginId) ?? new Set();
      waiters.add(finish);
      this.#loginWaiters.set(loginId, waiters);
    });
  }

  async finishLogin(loginId: string, callback: CallbackRequest): Promise<LoginView> {
    this.#record('finishLogin', loginId, callback);
    const login: LoginView = { ...this.#login(loginId), state: 'succeeded' };
    this.setLogin(login);
    return login;
  }

  async confirmLogin(loginId: string, accept: boolean): Promise<LoginView> {
    this.#record('confirmLogin', loginId, accept);
    const { confirm, ...login } = this.#login(loginId);
    if (confirm === undefined) throw new KeytrayError('invalid_request', 'this sign-in asks nothing', { loginId });
    this.setLogin({ ...login, ...(accept ? { state: 'succeeded' } : {}) });
    return this.#login(loginId);
  }

  cancelLogin(loginId: string): LoginView {
    this.#record('cancelLogin', loginId);
    const login: LoginView = { ...this.#login(loginId), state: 'cancelled' };
    this.setLogin(login);
    return login;
  }

  async logout(id: string, options: { readonly revoke: boolean }): Promise<LogoutView> {
    this.#record('logout', id, options);
    this.#view(id);
    return { account: id, revocation: options.revoke ? this.revocation : 'not_asked' };
  }

  async setClientSecret(id: string, secret: Secret): Promise<void> {
    this.#record('setClientSecret', id);
    this.#view(id);
    this.clientSecrets.set(id, secret);
  }

  async setDatabasePassword(id: string, password: Secret): Promise<void> {
    this.#record('setDatabasePassword', id, password);
    this.#view(id);
  }

  async removeClientSecret(id: string): Promise<void> {
    this.#record('removeClientSecret', id);
    this.#view(id);
    this.clientSecrets.delete(id);
  }

  subscribe(listener: (event: BrokerEvent) => void): () => void {
    this.#record('subscribe');
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async helper(protocol: string, call: HelperCall, caller: Caller): Promise<number> {
    this.#record('helper', protocol, call, caller);
    const answer = this.helpers.get(protocol);
    if (answer === undefined) throw new KeytrayError('invalid_request', `there is no helper protocol ${protocol}`);
    return await answer(call, caller);
  }

  handover(): void {
    this.#record('handover');
    this.handedOver += 1;
  }

  #record(method: keyof BrokerApi, ...args: readonly unknown[]): void {
    this.calls.push({ method, arguments: args });
    const failure = this.failures.get(method);
    if (failure !== undefined) throw failure;
  }

  #view(id: string): AccountView {
    const view = this.views.get(id);
    if (view === undefined) throw new KeytrayError('unknown_account', `there is no account ${id}`, { account: id });
    return view;
  }

  #login(loginId: string): LoginView {
    const login = this.logins.get(loginId);
    if (login === undefined) throw new KeytrayError('unknown_login', `there is no login ${loginId}`, { loginId });
    return login;
  }
}
