import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenRecord } from '../../core/accounts/token-record.ts';
import { Broker } from '../../core/broker/broker.ts';
import { interpretConfig } from '../../core/config/interpret-config.ts';
import type { NodeHttpOptions } from '../../core/http/node-http.ts';
import { loadClient } from '../../core/oauth/client-library.ts';
import { Secret } from '../../core/secret.ts';
import { EncryptedFileStore } from '../../core/stores/encrypted-file/encrypted-file-store.ts';
import { MemoryStore } from '../../core/stores/memory-store.ts';
import { PlacementsFile } from '../../core/stores/placements.ts';
import type { AccountView, LoginView, TokenRequest } from '../../core/wire/schemas.ts';
import { signInWithForms } from '../../demo/built-in-user-agent.ts';
import { Browsers, caller, failureOf, Log, Notices } from './broker.ts';
import { kernelPeers } from './loopback-peers.ts';
import { ManualClock } from './manual-clock.ts';
import { recordAt, serializeRecord } from './records.ts';
import { type RotatingServer, type RotatingServerOptions, startRotatingServer } from './rotating-server.ts';
import { ScriptedStore } from './scripted-store.ts';
import { WatchedHttp } from './watched-http.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;

export interface FaultSceneOptions {
  readonly server?: RotatingServerOptions;
  readonly http?: NodeHttpOptions;
  /** Seconds the token that is there at the beginning lives; `undefined`: the server did not say. */
  readonly lifetime?: number | undefined;
  /** The accounts' YAML; by default one `lab` at the server's issuer. */
  readonly config?: (server: RotatingServer) => string;
  /** What is in the store at the beginning, by account; by default `lab` has signed in. */
  readonly records?: (server: RotatingServer, clock: ManualClock) => Readonly<Record<string, TokenRecord>>;
}

/** What a caller got. */
export type Served =
  | { readonly token: string; readonly expiresIn: number | undefined }
  | { readonly code: string; readonly retryAfter: number | undefined };

/** The real broker before a real server that misbehaves; hours pass at once, and are quiet when they are over. */
export class FaultScene {
  readonly server: RotatingServer;
  readonly clock: ManualClock;
  readonly http: WatchedHttp;
  readonly notices: Notices;
  readonly browsers: Browsers;
  readonly broker: Broker;

  constructor(parts: Pick<FaultScene, 'server' | 'clock' | 'http' | 'notices' | 'browsers' | 'broker'>) {
    this.server = parts.server;
    this.clock = parts.clock;
    this.http = parts.http;
    this.notices = parts.notices;
    this.browsers = parts.browsers;
    this.broker = parts.broker;
  }

  configure(text: string): void {
    const read = interpretConfig([{ file: 'config.yaml', text }]);
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.errors));
    this.broker.configure(read.config, ['config.yaml']);
  }

  /** Lets time pass; returns how many refreshes reached the server meanwhile. */
  async pass(milliseconds: number): Promise<number> {
    const { clock, http, server } = this;
    const before = server.presented.length;
    const end = clock.monotonic() + milliseconds;
    for (;;) {
      await http.quiet();
      const left = end - clock.monotonic();
      const next = clock.untilNextTimer;
      if (next === undefined || next > left) {
        clock.advance(left);
        await http.quiet();
        return server.presented.length - before;
      }
      clock.advance(next);
    }
  }

  /** What a caller gets. Time passes while it waits, as far as it has to. */
  async ask(request: TokenRequest = {}, account = 'lab'): Promise<Served> {
    let served: Served | undefined;
    const call = this.broker.token(account, request, caller);
    const done = call.then(
      (view) => {
        served = { token: view.access_token ?? view.id_token ?? '', expiresIn: view.expires_in ?? undefined };
      },
      async () => {
        const { code, retryAfter } = await failureOf(call);
        served = { code, retryAfter };
      },
    );
    for (;;) {
      await this.http.quiet();
      // Signatures are checked in threads of their own, which no turn of the event loop waits for.
      await Promise.race([done, sleep(20)]);
      if (served !== undefined) break;
      await this.pass(second);
    }
    return served;
  }

  async view(account = 'lab'): Promise<AccountView> {
    return await this.broker.account(account);
  }

  /** `state` or `state/reason`. */
  async state(account = 'lab'): Promise<string> {
    const { state, reason } = await this.view(account);
    return reason === undefined ? state : `${state}/${reason}`;
  }

  async openLogins(): Promise<readonly LoginView[]> {
    return (await this.broker.status()).logins;
  }

  async signIn(account = 'lab'): Promise<LoginView> {
    const started = await this.broker.startLogin(account, { user_agent: 'none' });
    await signInWithForms(started.authorization_url ?? '', { login: 'ada' });
    return await this.broker.waitForLogin(started.login_id, 1, caller.signal);
  }

  async close(): Promise<void> {
    this.broker.stop();
    await this.server.close();
  }
}

export function signedInRecord(
  server: RotatingServer,
  clock: ManualClock,
  more: Partial<TokenRecord> = {},
): TokenRecord {
  const { access, refresh } = server.grant();
  return recordAt(clock, {
    accessToken: new Secret(access),
    refreshToken: new Secret(refresh),
    issuer: server.issuer,
    endpoints: { token: `${server.issuer}/token`, revocation: `${server.issuer}/revoke` },
    ...more,
  });
}

const labAt = ({ issuer }: RotatingServer): string =>
  `accounts: { lab: { service: oidc, issuer: '${issuer}', client_id: keytray, scopes: [git] } }`;

/** `lab` without metadata to ask for, and refreshed only when somebody asks. */
export const labOnDemand = ({ issuer }: RotatingServer): string =>
  `accounts:
  lab:
    service: oauth
    issuer: '${issuer}'
    authorization_endpoint: '${issuer}/authorize'
    token_endpoint: '${issuer}/token'
    client_id: keytray
    refresh: on-demand
`;

/** Signed in and in use, unless the options say otherwise. */
export async function startFaultScene(options: FaultSceneOptions = {}): Promise<FaultScene> {
  // What is loaded on first use takes longer than the turns that count as quiet.
  await loadClient();
  const server = await startRotatingServer(options.server);
  const clock = new ManualClock();
  clock.step(Date.now() - clock.now());
  const lifetime = 'lifetime' in options ? options.lifetime : 3_600;
  server.lifetime = lifetime;
  const keychain = new ScriptedStore();
  const records = options.records?.(server, clock) ?? { lab: signedInRecord(server, clock, { lifetime }) };
  for (const [id, record] of Object.entries(records)) await keychain.write(id, serializeRecord(record));
  const http = new WatchedHttp(options.http);
  const notices = new Notices();
  const browsers = new Browsers();
  const logger = new Log();
  const nowhere = path.join(tmpdir(), `keytray-fault-${randomUUID()}`);
  const broker = new Broker({
    kind: 'agent',
    clock,
    http,
    userAgent: browsers,
    peers: kernelPeers,
    notifier: notices,
    stores: {
      keychain,
      memory: new MemoryStore(),
      'encrypted-file': new EncryptedFileStore({ path: path.join(nowhere, 'tokens.sealed'), logger }),
    },
    placements: new PlacementsFile(path.join(nowhere, 'stores.json'), logger),
    logger,
    random: () => 0.5,
    reloadConfig: async () => undefined,
    quit: () => undefined,
  });
  const scene = new FaultScene({ server, clock, http, notices, browsers, broker });
  scene.configure((options.config ?? labAt)(server));
  await broker.start();
  return scene;
}
