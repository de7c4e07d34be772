import type { Consumer } from '../platform/consumer.ts';
import type { Secret } from '../secret.ts';
import type {
  ApiKeyListView,
  ApiKeyQuery,
  ApiKeyRequest,
  ApiKeyView,
  CreatedApiKeyView,
  RotatedApiKeyView,
  RotationRequest,
} from './api-key-schemas.ts';
import type { TestRequest, TestView } from './check-schemas.ts';
import type { CredentialRequest, CredentialView } from './credential-schemas.ts';
import type { EndpointRequest, EndpointView } from './endpoint-schemas.ts';
import type { HelperCall } from './helper-call.ts';
import type { PermissionsRequest, PermissionsView } from './permission-schemas.ts';
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
} from './schemas.ts';
import type { EncryptedFileView } from './store-schemas.ts';

/** Who calls, and how long they stay: the signal aborts when the peer has gone. */
export interface Caller {
  readonly consumer: Consumer;
  readonly signal: AbortSignal;
}

/** The encrypted file by hand. Every failure is a `KeytrayError`; a wrong passphrase is `access_denied`, and late. */
export interface StoreApi {
  view(): Promise<EncryptedFileView>;
  /** With `create` the passphrase of a file that is not there makes it. */
  unlock(passphrase: Secret, options: { readonly create: boolean }): Promise<void>;
  changePassphrase(old: Secret, next: Secret): Promise<void>;
  lock(): Promise<void>;
}

/** The person's own stop of all hand-outs. Every failure is a `KeytrayError`. */
export interface LockApi {
  /** The encrypted file is locked too. */
  lock(): Promise<void>;
  /** `keychain_locked` where the encrypted file needs its passphrase, `access_denied` where a program asks by itself. */
  unlock(passphrase: Secret | undefined, caller: Caller): Promise<void>;
}

/**
 * The API keys an account has at its service. Every failure is a `KeytrayError`: `not_found` for a key the service does
 * not know, `invalid_request` where it has no keys, or no notion of what is asked.
 */
export interface ApiKeysApi {
  list(id: string, query: ApiKeyQuery): Promise<ApiKeyListView>;
  show(id: string, key: string, query: ApiKeyQuery): Promise<ApiKeyView>;
  /** Made once or not at all; one that may have been made without an answer is told of. */
  create(id: string, request: ApiKeyRequest, caller: Pick<Caller, 'signal'>): Promise<CreatedApiKeyView>;
  revoke(id: string, key: string, query: ApiKeyQuery): Promise<void>;
  revokeSecret(id: string, secret: Secret): Promise<void>;
  /** Goes on with one that was broken off. */
  rotate(id: string, key: string, request: RotationRequest): Promise<RotatedApiKeyView>;
}

/** What the routes need of the broker. Every failure is a `KeytrayError`. */
export interface BrokerApi {
  /** Waits, bounded, for the first reading of the stores: a keychain not read yet is not an empty one. */
  status(): Promise<StatusView>;
  readonly store: StoreApi;
  readonly handOutLock: LockApi;
  readonly apiKeys: ApiKeysApi;
  accounts(): Promise<readonly AccountView[]>;
  account(id: string): Promise<AccountView>;
  token(id: string, request: TokenRequest, caller: Caller): Promise<TokenView>;
  /** Whether the account works; what is wrong with it is part of the answer. */
  test(id: string, request: TestRequest, caller: Caller): Promise<TestView>;
  permissions(id: string, request: PermissionsRequest, caller: Caller): Promise<PermissionsView>;
  /** Made from the account's credential for one target that it lists. */
  credentials(id: string, request: CredentialRequest, caller: Caller): Promise<CredentialView>;
  /** A local endpoint for the calling process, while it runs. */
  openEndpoint(id: string, request: EndpointRequest, caller: Caller): Promise<EndpointView>;
  /** Throws `not_found` for one the account does not have. */
  closeEndpoint(id: string, endpoint: string): Promise<void>;
  startLogin(id: string, request: LoginRequest): Promise<LoginView>;
  login(loginId: string): LoginView;
  /** Resolves when the login has ended, or with its present state after `seconds`. */
  waitForLogin(loginId: string, seconds: number, signal: AbortSignal): Promise<LoginView>;
  finishLogin(loginId: string, callback: CallbackRequest): Promise<LoginView>;
  /** Whether the person takes what another browser brought; `invalid_request` where nothing is asked. */
  confirmLogin(loginId: string, accept: boolean): Promise<LoginView>;
  cancelLogin(loginId: string): LoginView;
  logout(id: string, options: { readonly revoke: boolean }): Promise<LogoutView>;
  setClientSecret(id: string, secret: Secret): Promise<void>;
  /** Of a database that the account lists with `password: native`. */
  setDatabasePassword(id: string, password: Secret): Promise<void>;
  /** Also where there is none. */
  removeClientSecret(id: string): Promise<void>;
  /** Calls `listener` on every change until the returned function is called. */
  subscribe(listener: (event: BrokerEvent) => void): () => void;
  /** Runs a helper protocol; resolves to the exit status. Throws `invalid_request` for a protocol we do not speak. */
  helper(protocol: string, call: HelperCall, caller: Caller): Promise<number>;
  /** Drains and ends: another broker of the same user takes over. */
  handover(): void;
}
