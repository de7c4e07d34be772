import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fetch, Http, Printed, Programs } from '../../../core/ports.ts';
import { Secret } from '../../../core/secret.ts';
import type { GrantKind } from '../../../core/services/grant.ts';
import { failureOf } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';

const host = 'https://login.lab.example';
const lifetime = 3_600;
const aws = { AWS_ACCESS_KEY_ID: 'ASIALAB', AWS_SECRET_ACCESS_KEY: 'aws-secret', AWS_SESSION_TOKEN: 'aws-session' };

type Reply = () => Response;

const json = (status: number, body: object, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

/** One server for every grant, which answers requests for tokens as it is told. */
class Server implements Http, Programs {
  /** Undefined: in good health. */
  fault: Reply | undefined;
  asked = 0;
  /** What came with the last request: the body, and the headers that prove who asks. */
  received = '';
  readonly #now: () => number;
  readonly #oauth: (path: string) => object;

  constructor(now: () => number) {
    this.#now = now;
    this.#oauth = (path) => this.#tokens(path);
  }

  fetchFor(): Fetch {
    return async (input, init) => {
      const { pathname } = new URL(String(input));
      if (pathname === '/config.json') return json(200, { registryUrl: host });
      // The account whose token is exchanged is well in any case.
      if (pathname === '/subject/token') return json(200, this.#oauth('/token'));
      if (init?.method !== 'POST') return new Response(null, { status: 404 });
      this.asked += 1;
      this.received = `${String(init.body)} ${new Headers(init.headers).get('authorization') ?? ''}`;
      return this.fault === undefined ? json(200, this.#oauth(pathname)) : this.fault();
    };
  }

  async print(): Promise<Printed> {
    this.asked += 1;
    if (this.fault === refusals.command.fault) return { kind: 'failed', how: 1 };
    if (this.fault !== undefined) return { kind: 'late' };
    return { kind: 'printed', text: new Secret(JSON.stringify({ access_token: 'token-1', expires_in: lifetime })) };
  }

  #tokens(path: string): object {
    const end = Math.floor(this.#now() / 1_000) + lifetime;
    if (path === '/api/v2/delegated-token') {
      return { data: { attributes: { access_token: 'token-1', expires: String(end) } } };
    }
    if (path === '/api/token') return { access_token: 'token-1', refresh_token: `code-${this.asked}`, expires_at: end };
    return { access_token: 'token-1', token_type: 'Bearer', expires_in: lifetime };
  }
}

const endpoints = (path = ''): string =>
  `authorization_endpoint: '${host}${path}/authorize', token_endpoint: '${host}${path}/token'`;

const renewed = ['client_credentials', 'pasted_code', 'aws_identity', 'token_exchange', 'command'] as const;
type Renewed = (typeof renewed)[number] & GrantKind;

const configs: Readonly<Record<Renewed, string>> = {
  client_credentials: `accounts: { m2m: { service: oauth, grant: client_credentials, client_id: m2m, ${endpoints()} } }`,
  pasted_code: `accounts: { m2m: { service: quilt, url: '${host}' } }`,
  aws_identity: `accounts: { m2m: { service: datadog, url: '${host}', settings: { org_uuid: lab }, aws_credentials: { env: true } } }`,
  token_exchange: `accounts:
  who: { service: oauth, grant: client_credentials, client_id: who, ${endpoints('/subject')} }
  m2m: { service: oauth, grant: token_exchange, subject_account: who, client_id: m2m, ${endpoints()} }`,
  command: 'accounts: { m2m: { service: oauth, grant: command, command: [print-token] } }',
};

interface Row {
  readonly name: string;
  readonly fault: Reply;
}

const unreached: Reply = () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('no way'), { code: 'ECONNREFUSED' }) });
};
const inTwentyMinutes = (): Record<string, string> => ({
  date: new Date().toUTCString(),
  'retry-after': new Date(Date.now() + 1_200_000).toUTCString(),
});

const rows: readonly Row[] = [
  { name: 'nobody there', fault: unreached },
  { name: '500', fault: () => new Response('sorry', { status: 500 }) },
  { name: '503', fault: () => new Response('sorry', { status: 503 }) },
  { name: '429', fault: () => new Response('', { status: 429 }) },
  {
    name: '429 with Retry-After',
    fault: () => new Response('', { status: 429, headers: { 'retry-after': '1200' } }),
  },
  {
    name: '503 with Retry-After as a date',
    fault: () => new Response('', { status: 503, headers: inTwentyMinutes() }),
  },
  { name: '200 with HTML', fault: () => new Response('<p>Go online</p>', { status: 200 }) },
  { name: 'a reply without a token', fault: () => json(200, { token_type: 'Bearer' }) },
  {
    name: 'a token that begins another header',
    fault: () => json(200, { access_token: 'x\r\nX-Evil: 1', token_type: 'Bearer' }),
  },
];

/** A no in each one's own words. */
const refusals: Readonly<Record<Renewed, { readonly fault: Reply; readonly code: string; readonly state: string }>> = {
  client_credentials: {
    fault: () => json(401, { error: 'invalid_client' }),
    code: 'misconfigured',
    state: 'degraded/misconfigured',
  },
  pasted_code: {
    fault: () => json(200, { error: 'Login required' }),
    code: 'temporarily_unavailable',
    state: 'degraded/refused',
  },
  aws_identity: {
    fault: () => json(403, { errors: ['Forbidden'] }),
    code: 'access_denied',
    state: 'degraded/access_denied',
  },
  token_exchange: {
    fault: () => json(400, { error: 'invalid_target' }),
    code: 'misconfigured',
    state: 'degraded/misconfigured',
  },
  command: { fault: () => new Response(null), code: 'access_denied', state: 'degraded/access_denied' },
};

describe.each(renewed)('a renewal of %s that meets', (grant) => {
  let scene: GrantScene;
  let server: Server;

  beforeAll(() => import('@smithy/signature-v4'));
  beforeEach(async () => {
    server = new Server(() => scene.clock.now());
    scene = new GrantScene(`${configs[grant]}\n`, { http: server, programs: server, environment: aws });
    scene.clock.step(Date.now() - scene.clock.now());
    await scene.broker.start();
    if (grant === 'client_credentials') await scene.enter({ client_secret: 'a-secret' });
    if (grant === 'token_exchange') await scene.enter({ client_secret: 'a-secret' }, 'who');
    if (grant === 'pasted_code') await scene.enter({ code: 'a-code' });
    expect((await scene.token()).access_token).toBe('token-1');
  });
  afterEach(() => scene.close());

  // A program has no replies of HTTP: it does not end in time.
  const ofGrant = grant === 'command' ? rows.slice(0, 1) : rows;
  it.each(ofGrant.map((row): [string, Row] => [row.name, row]))('%s', async (_name, row) => {
    const before = server.asked;
    server.fault = row.fault;
    // Seconds from its end the token is still handed out, whatever the server says.
    scene.clock.advance((lifetime - 30) * 1_000);
    expect((await scene.token()).access_token).toBe('token-1');
    scene.clock.advance(40_000);
    expect(await failureOf(scene.token())).toMatchObject({ code: 'temporarily_unavailable' });
    expect(server.asked).toBeGreaterThan(before);
    expect(await scene.state()).toBe('degraded/unreachable');
    expect(scene.notices.shown).toEqual([]);
    const told = server.asked;
    if (row.name.includes('Retry-After')) {
      scene.clock.advance(1_000_000);
      expect(await failureOf(scene.token('m2m', { force: true }))).toMatchObject({ code: 'temporarily_unavailable' });
      expect(server.asked).toBe(told);
    }
    server.fault = undefined;
    scene.clock.advance(1_300_000);
    expect((await scene.token()).access_token).toBe('token-1');
    expect(await scene.state()).toBe('active');
  });

  it('a refusal', async () => {
    const { fault, code, state } = refusals[grant];
    server.fault = fault;
    scene.clock.advance((lifetime + 10) * 1_000);
    expect(await failureOf(scene.token())).toMatchObject({ code });
    expect(await scene.state()).toBe(state);
    // None is a reason to sign in, for the first time that it is said.
    expect(scene.notices.shown.filter(({ id }) => id.startsWith('sign-in'))).toEqual([]);
    server.fault = undefined;
    scene.clock.advance(lifetime * 1_000);
    expect((await scene.token()).access_token).toBe('token-1');
    expect(await scene.state()).toBe('active');
  });

  if (grant === 'command') return;
  it('a refusal that repeats what it was sent, and tells nobody', async () => {
    let events = '';
    scene.broker.subscribe((event) => {
      events += JSON.stringify(event);
    });
    const told: string[] = [];
    for (const status of [200, 400, 401, 403, 500]) {
      const words = () => `no: ${decodeURIComponent(server.received)}`;
      server.fault = () => json(status, { error: 'server_error', error_description: words(), errors: [words()] });
      scene.clock.advance(2 * lifetime * 1_000);
      const { message, detail, advice } = await failureOf(scene.token('m2m', { force: true }));
      told.push(`${message} ${detail} ${advice}`);
      told.push(JSON.stringify(await scene.broker.status()), JSON.stringify(scene.notices.shown));
    }
    const [form, authorization = ''] = [
      new URLSearchParams(server.received.split(' ')[0]),
      server.received.split(' ')[2],
    ];
    const sent = ['client_secret', 'refresh_token', 'subject_token'].flatMap((name) => form.get(name) ?? []);
    const values = [...sent, ...(authorization === '' ? [] : [authorization]), ...Object.values(aws).slice(1)];
    expect(sent.length + authorization.length).toBeGreaterThan(0);
    const places = { log: JSON.stringify(scene.log), told: told.join('\n'), events };
    for (const [place, text] of Object.entries(places)) {
      expect({ place, found: values.filter((value) => text.includes(value)) }).toEqual({ place, found: [] });
    }
    expect(told.join()).toContain('m2m');
  });
});
