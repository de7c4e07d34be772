import { Agent, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { socketCandidates } from '../../config/paths.ts';
import { KeytrayError, systemCodeOf } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import { failureOf } from '../../wire/error-view.ts';
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
import { connectToBroker } from './connection.ts';
import { readEvents } from './event-reader.ts';

export { failureOf } from '../../wire/error-view.ts';

// Beyond what the broker itself allows for an answer. Seconds.
const patience = 60;
const largestAnswer = 64 * 1024 * 1024;

interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** Seconds the broker was asked to wait before it answers. */
  readonly wait?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The local API, typed. Every failure is a `KeytrayError` with the code the broker gave, `no_broker` where
 * nobody listens, `temporarily_unavailable` where somebody does and does not answer.
 * The broker is of the same user (checked before connecting), so its answers are read without schemas:
 * those would cost a command line more time than all the rest.
 */
export class LocalApiClient {
  readonly #candidates: readonly string[];
  readonly #kept: Agent | undefined;
  readonly #uid: number;

  /** `keep`: for a program that asks all the time; its connections are used again. */
  constructor(
    socketPath: string | readonly string[],
    uid: number = process.getuid?.() ?? -1,
    { keep = false }: { readonly keep?: boolean } = {},
  ) {
    this.#candidates = typeof socketPath === 'string' ? [socketPath] : socketPath;
    this.#uid = uid;
    this.#kept = keep ? keptConnections(() => connectToBroker(this.#candidates, uid)) : undefined;
  }

  async status(): Promise<StatusView> {
    return await this.#exchange({ method: 'GET', path: '/v1/status' });
  }

  async accounts(): Promise<readonly AccountView[]> {
    return await this.#exchange({ method: 'GET', path: '/v1/accounts' });
  }

  async account(id: string): Promise<AccountView> {
    return await this.#exchange({ method: 'GET', path: accountPath(id) });
  }

  async token(id: string, body: TokenRequest, signal?: AbortSignal): Promise<TokenView> {
    const wait = body.wait ?? 0;
    return await this.#exchange({ method: 'POST', path: `${accountPath(id)}/token`, body, wait, signal });
  }

  /** A derived credential: an object of the shape that belongs to `kind`. */
  async credentials(id: string, body: { readonly kind: string; readonly target?: string }): Promise<object> {
    return await this.#exchange({ method: 'POST', path: `${accountPath(id)}/credentials`, body });
  }

  async startLogin(id: string, body: LoginRequest): Promise<LoginView> {
    return await this.#exchange({ method: 'POST', path: `${accountPath(id)}/login`, body });
  }

  /** With `waitSeconds` the answer comes when the login has ended, or with its present state after that time. */
  async login(loginId: string, waitSeconds = 0, signal?: AbortSignal): Promise<LoginView> {
    const path = waitSeconds > 0 ? `${loginPath(loginId)}?wait=${waitSeconds}` : loginPath(loginId);
    return await this.#exchange({ method: 'GET', path, wait: waitSeconds, signal });
  }

  async finishLogin(loginId: string, body: CallbackRequest): Promise<LoginView> {
    return await this.#exchange({ method: 'POST', path: `${loginPath(loginId)}/callback`, body });
  }

  async confirmLogin(loginId: string, accept: boolean): Promise<LoginView> {
    return await this.#exchange({ method: 'POST', path: `${loginPath(loginId)}/confirm`, body: { accept } });
  }

  async cancelLogin(loginId: string): Promise<LoginView> {
    return await this.#exchange({ method: 'DELETE', path: loginPath(loginId) });
  }

  async logout(id: string, body: { readonly revoke: boolean }): Promise<LogoutView> {
    return await this.#exchange({ method: 'POST', path: `${accountPath(id)}/logout`, body });
  }

  async setClientSecret(id: string, secret: Secret): Promise<void> {
    const body = { client_secret: secret.reveal() };
    await this.#exchange({ method: 'PUT', path: `${accountPath(id)}/client-secret`, body });
  }

  async removeClientSecret(id: string): Promise<void> {
    await this.#exchange({ method: 'DELETE', path: `${accountPath(id)}/client-secret` });
  }

  async unlockStore(passphrase: Secret, options: { readonly create: boolean }): Promise<void> {
    const body = { passphrase: passphrase.reveal(), create: options.create };
    await this.#exchange({ method: 'POST', path: '/v1/store/unlock', body });
  }

  /** Stops all hand-outs, and locks the encrypted file. */
  async lock(): Promise<void> {
    await this.#exchange({ method: 'POST', path: '/v1/lock' });
  }

  async unlock(passphrase?: Secret): Promise<void> {
    await this.#exchange({ method: 'POST', path: '/v1/unlock', body: { passphrase: passphrase?.reveal() } });
  }

  async lockStore(): Promise<void> {
    await this.#exchange({ method: 'POST', path: '/v1/store/lock' });
  }

  async changePassphrase(old: Secret, next: Secret): Promise<void> {
    const body = { old: old.reveal(), new: next.reveal() };
    await this.#exchange({ method: 'POST', path: '/v1/store/passphrase', body });
  }

  async handover(): Promise<void> {
    await this.#exchange({ method: 'POST', path: '/v1/handover' });
  }

  /** First the full state, then every change, until the broker ends or `signal` aborts. */
  async *events(signal: AbortSignal): AsyncGenerator<BrokerEvent> {
    if (signal.aborted) return;
    const answer = await this.#send({ method: 'GET', path: '/v1/events', signal });
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

  async #exchange<Answer>(exchange: Exchange): Promise<Answer> {
    const answer = await this.#send(exchange);
    const text = await textOf(answer);
    if (answer.statusCode === undefined || answer.statusCode >= 300) throw failureOf(answer.statusCode, text);
    return (answer.statusCode === 204 ? undefined : objectOf(text)) as Answer;
  }

  async #send(exchange: Exchange): Promise<IncomingMessage> {
    const socket = this.#kept === undefined ? await connectToBroker(this.#candidates, this.#uid) : undefined;
    const body = exchange.body === undefined ? undefined : Buffer.from(JSON.stringify(exchange.body));
    const headers: Record<string, string | number> = { Host: 'keytray' };
    if (socket !== undefined) headers.Connection = 'close';
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
      headers['Content-Length'] = body.length;
    }
    return await new Promise((resolve, reject) => {
      const { method, path, signal } = exchange;
      const way = socket === undefined ? { agent: this.#kept } : { createConnection: () => socket };
      const sent = request({ method, path, headers, ...way, ...(signal && { signal }) });
      sent.setTimeout((patience + (exchange.wait ?? 0)) * 1000, () => sent.destroy(new Error('too slow')));
      sent.once('response', resolve);
      sent.once('error', (cause) => {
        if (signal?.aborted) reject(signal.reason);
        // A broker that was started again has closed what was kept: nothing of the request was read.
        else if (sent.reusedSocket && systemCodeOf(cause) === 'ECONNRESET') resolve(this.#send(exchange));
        else reject(cause instanceof KeytrayError ? cause : unanswered(cause));
      });
      sent.end(body);
    });
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

function keptConnections(connect: () => Promise<Socket>): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  agent.createConnection = (_options, done) => {
    connect().then(
      (socket) => done?.(null, socket),
      (error: unknown) => (done as ((error: unknown) => void) | undefined)?.(error),
    );
    return undefined;
  };
  return agent;
}

function accountPath(id: string): string {
  return `/v1/accounts/${encodeURIComponent(id)}`;
}

function loginPath(loginId: string): string {
  return `/v1/logins/${encodeURIComponent(loginId)}`;
}

function unanswered(cause: unknown): KeytrayError {
  return new KeytrayError('temporarily_unavailable', 'Keytray does not answer', { cause });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer) {
      if (!Buffer.isBuffer(chunk)) continue;
      length += chunk.length;
      if (length > largestAnswer) throw new Error('the answer has no end');
      chunks.push(chunk);
    }
  } catch (cause) {
    throw unanswered(cause);
  }
  return Buffer.concat(chunks).toString();
}

function objectOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Reported below, without the text: it may hold a token.
  }
  throw new KeytrayError('internal_error', 'the answer of Keytray is not understood; are both of the same version?');
}
