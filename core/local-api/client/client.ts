import { socketCandidates } from '../../config/paths.ts';
import { KeytrayError } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import type { TestRequest, TestView } from '../../wire/check-schemas.ts';
import { failureOf } from '../../wire/error-view.ts';
import type { PermissionsRequest, PermissionsView } from '../../wire/permission-schemas.ts';
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
} from '../../wire/schemas.ts';
import { ApiKeysClient } from './api-keys.ts';
import { readEvents } from './event-reader.ts';
import { BrokerRequests, objectOf, textOf } from './requests.ts';

export { failureOf } from '../../wire/error-view.ts';

/**
 * The local API, typed. Every failure is a `KeytrayError` with the code the broker gave, `no_broker` where
 * nobody listens, `temporarily_unavailable` where somebody does and does not answer.
 * The broker is of the same user (checked before connecting), so its answers are read without schemas:
 * those would cost a command line more time than all the rest.
 */
export class LocalApiClient {
  readonly apiKeys: ApiKeysClient;
  readonly #requests: BrokerRequests;

  /** `keep`: for a program that asks all the time; its connections are used again. */
  constructor(
    socketPath: string | readonly string[],
    uid: number = process.getuid?.() ?? -1,
    { keep = false }: { readonly keep?: boolean } = {},
  ) {
    this.#requests = new BrokerRequests(typeof socketPath === 'string' ? [socketPath] : socketPath, uid, keep);
    this.apiKeys = new ApiKeysClient(this.#requests);
  }

  async status(): Promise<StatusView> {
    return await this.#requests.ask({ method: 'GET', path: '/v1/status' });
  }

  async accounts(): Promise<readonly AccountView[]> {
    return await this.#requests.ask({ method: 'GET', path: '/v1/accounts' });
  }

  async account(id: string): Promise<AccountView> {
    return await this.#requests.ask({ method: 'GET', path: accountPath(id) });
  }

  async token(id: string, body: TokenRequest, signal?: AbortSignal): Promise<TokenView> {
    const wait = body.wait ?? 0;
    return await this.#requests.ask({ method: 'POST', path: `${accountPath(id)}/token`, body, wait, signal });
  }

  /** A derived credential: an object of the shape that belongs to `kind`. */
  async credentials(id: string, body: { readonly kind: string; readonly target?: string }): Promise<object> {
    return await this.#requests.ask({ method: 'POST', path: `${accountPath(id)}/credentials`, body });
  }

  async test(id: string, body: TestRequest = {}): Promise<TestView> {
    return await this.#requests.ask({ method: 'POST', path: `${accountPath(id)}/test`, body });
  }

  async permissions(id: string, asked: PermissionsRequest): Promise<PermissionsView> {
    const query = new URLSearchParams(asked.objects.map((object): [string, string] => ['object', object]));
    if (asked.with !== undefined) query.set('with', asked.with);
    return await this.#requests.ask({ method: 'GET', path: `${accountPath(id)}/permissions?${query}` });
  }

  async startLogin(id: string, body: LoginRequest): Promise<LoginView> {
    return await this.#requests.ask({ method: 'POST', path: `${accountPath(id)}/login`, body });
  }

  /** With `waitSeconds` the answer comes when the login has ended, or with its present state after that time. */
  async login(loginId: string, waitSeconds = 0, signal?: AbortSignal): Promise<LoginView> {
    const path = waitSeconds > 0 ? `${loginPath(loginId)}?wait=${waitSeconds}` : loginPath(loginId);
    return await this.#requests.ask({ method: 'GET', path, wait: waitSeconds, signal });
  }

  async finishLogin(loginId: string, body: CallbackRequest): Promise<LoginView> {
    return await this.#requests.ask({ method: 'POST', path: `${loginPath(loginId)}/callback`, body });
  }

  async confirmLogin(loginId: string, accept: boolean): Promise<LoginView> {
    return await this.#requests.ask({ method: 'POST', path: `${loginPath(loginId)}/confirm`, body: { accept } });
  }

  async cancelLogin(loginId: string): Promise<LoginView> {
    return await this.#requests.ask({ method: 'DELETE', path: loginPath(loginId) });
  }

  async logout(id: string, body: { readonly revoke: boolean }): Promise<LogoutView> {
    return await this.#requests.ask({ method: 'POST', path: `${accountPath(id)}/logout`, body });
  }

  async setClientSecret(id: string, secret: Secret): Promise<void> {
    const body = { client_secret: secret.reveal() };
    await this.#requests.ask({ method: 'PUT', path: `${accountPath(id)}/client-secret`, body });
  }

  async setDatabasePassword(id: string, password: Secret): Promise<void> {
    const body = { database_password: password.reveal() };
    await this.#requests.ask({ method: 'PUT', path: `${accountPath(id)}/client-secret`, body });
  }

  async removeClientSecret(id: string): Promise<void> {
    await this.#requests.ask({ method: 'DELETE', path: `${accountPath(id)}/client-secret` });
  }

  async unlockStore(passphrase: Secret, options: { readonly create: boolean }): Promise<void> {
    const body = { passphrase: passphrase.reveal(), create: options.create };
    await this.#requests.ask({ method: 'POST', path: '/v1/store/unlock', body });
  }

  /** Stops all hand-outs, and locks the encrypted file. */
  async lock(): Promise<void> {
    await this.#requests.ask({ method: 'POST', path: '/v1/lock' });
  }

  async unlock(passphrase?: Secret): Promise<void> {
    await this.#requests.ask({ method: 'POST', path: '/v1/unlock', body: { passphrase: passphrase?.reveal() } });
  }

  async lockStore(): Promise<void> {
    await this.#requests.ask({ method: 'POST', path: '/v1/store/lock' });
  }

  async changePassphrase(old: Secret, next: Secret): Promise<void> {
    const body = { old: old.reveal(), new: next.reveal() };
    await this.#requests.ask({ method: 'POST', path: '/v1/store/passphrase', body });
  }

  async handover(): Promise<void> {
    await this.#requests.ask({ method: 'POST', path: '/v1/handover' });
  }

  /** First the full state, then every change, until the broker ends or `signal` aborts. */
  async *events(signal: AbortSignal): AsyncGenerator<BrokerEvent> {
    if (signal.aborted) return;
    const answer = await this.#requests.send({ method: 'GET', path: '/v1/events', signal });
    if (answer.statusCode !== 200) throw failureOf(answer.statusCode, await textOf(answer));
    answer.setEncoding('utf8');
    try {
      for await (const { type, data } of readEvents(answer)) {
        yield { type, ...objectOf(data) } as BrokerEvent;
      }
    } catch (error) {
      // The stream was cut, by us or by the end of the broker.
      if (error instanceof KeytrayError) throw error;
    } finally {
      answer.destroy();
    }
  }
}

/** The client for the broker of this user, wherever it listens; nothing is connected yet. */
export function findBroker(
  env: Readonly<Record<string, string | undefined>>,
  options: { readonly keep?: boolean } = {},
): LocalApiClient {
  const uid = process.getuid?.() ?? -1;
  return new LocalApiClient(socketCandidates(env, uid), uid, options);
}

function accountPath(id: string): string {
  return `/v1/accounts/${encodeURIComponent(id)}`;
}

function loginPath(loginId: string): string {
  return `/v1/logins/${encodeURIComponent(loginId)}`;
}
