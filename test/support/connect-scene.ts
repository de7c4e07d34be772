import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import type { LoginView, TokenView } from '../../core/wire/schemas.ts';
import { signInWithForms } from '../../demo/built-in-user-agent.ts';
import { Browsers, caller } from './broker.ts';
import { GrantScene } from './grant-scene.ts';
import { type Quilt, startQuilt } from './vendors/quilt/quilt.ts';

/** What a request to the server brought, by its grant type or route. */
interface Seen {
  readonly route: string;
  readonly client: string | undefined;
  readonly resource: unknown;
  readonly redirectUris?: readonly string[] | undefined;
}

type Instead = (request: IncomingMessage, response: ServerResponse) => boolean;

const json = (response: ServerResponse, status: number, body: unknown): true => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
};

const account = 'quilt@acme';

/** A Quilt account without a client, at a catalog with a Connect server. */
export class ConnectScene {
  readonly quilt: Quilt;
  readonly grants: GrantScene;
  readonly #seen: Seen[];
  /** Called with every request to the Connect server: true where it answers. */
  #instead: Instead = () => false;

  private constructor(quilt: Quilt, seen: Seen[]) {
    this.quilt = quilt;
    this.#seen = seen;
    this.grants = new GrantScene(`accounts:\n${this.config()}`, { userAgent: new Browsers() });
  }

  static async start(): Promise<ConnectScene> {
    const seen: Seen[] = [];
    let scene: ConnectScene | undefined;
    const instead: Instead = (request, response) => (scene === undefined ? false : scene.#instead(request, response));
    const quilt = await startQuilt({ connect: { extend: (provider) => watch(provider, seen), instead } });
    scene = new ConnectScene(quilt, seen);
    await scene.grants.broker.start();
    return scene;
  }

  /** One account as it is written. */
  config({ id = account, issuer = this.quilt.connect.issuer, more = '' } = {}): string {
    const where = `    url: ${this.quilt.url}\n    issuer: ${issuer}\n    scopes: [openid, offline_access, platform]\n`;
    return `  ${id}:\n    service: quilt\n    grant: authorization_code\n${where}${more}`;
  }

  configure(...accounts: readonly string[]): void {
    this.grants.configure(`accounts:\n${accounts.join('')}`);
  }

  async begin(id = account): Promise<LoginView> {
    return await this.grants.broker.startLogin(id, { user_agent: 'none' });
  }

  /** Throws where it does not succeed. */
  async signIn(id = account): Promise<void> {
    const started = await this.begin(id);
    if (started.authorization_url === undefined) throw new Error(`no address to sign in at: ${started.state}`);
    await signInWithForms(started.authorization_url, { login: 'kim' }).catch(() => undefined);
    const { state } = await this.grants.broker.waitForLogin(started.login_id, 10, caller.signal);
    if (state !== 'succeeded') throw new Error(`the sign-in has ${state}`);
  }

  async renewed(id = account): Promise<TokenView> {
    return await this.grants.broker.token(id, { force: true }, caller);
  }

  /** As it is stored. */
  async record(id = account): Promise<Record<string, unknown>> {
    return JSON.parse(JSON.parse(await this.grants.stored(id))[id]).record;
  }

  async tokens(id = account): Promise<readonly string[]> {
    const { access, refresh } = await this.record(id);
    return [String(access), String(refresh)];
  }

  at(route: string): readonly Seen[] {
    return this.#seen.filter((one) => one.route === route);
  }

  get lastClient(): string {
    return this.at('registration').at(-1)?.client ?? 'none';
  }

  /** One call of the server is answered so, and no other. */
  answers(path: string, status: number, body: unknown): void {
    this.#instead = (request, response) => request.url === path && json(response, status, body);
  }

  /** The metadata names another place to register at. */
  registersAt(endpoint: string | undefined): void {
    const { issuer } = this.quilt.connect;
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/connect/authorize`,
      token_endpoint: `${issuer}/auth/token`,
      jwks_uri: `${issuer}/auth/.well-known/jwks.json`,
      registration_endpoint: endpoint,
    };
    this.#instead = (request, response) =>
      request.url?.includes('/.well-known/o') === true && json(response, 200, metadata);
  }

  /** The server answers by itself again. */
  recovers(): void {
    this.#instead = () => false;
  }

  async close(): Promise<void> {
    await this.grants.close();
    await this.quilt.close();
  }
}

function watch(provider: Provider, seen: Seen[]): void {
  provider.on('registration_create.success', (_context, { clientId: client, redirectUris }) => {
    seen.push({ route: 'registration', client, resource: undefined, redirectUris });
  });
  provider.use(async (context, next) => {
    await next();
    const { client, params, route } = context.oidc ?? {};
    if (route === undefined || route === 'registration') return;
    const grant = typeof params?.grant_type === 'string' ? params.grant_type : route;
    seen.push({ route: grant, client: client?.clientId, resource: params?.resource });
  });
}
