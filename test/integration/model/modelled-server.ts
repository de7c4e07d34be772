import type { Fetch, Http, Printed, Programs } from '../../../core/ports.ts';
import { Secret } from '../../../core/secret.ts';
import { host } from './modelled-grants.ts';

/** How the server, the way to it, or the program that prints tokens answers a request for one. */
export const moods = ['well', 'down', 'lost_reply', 'dead_token', 'bare_refusal', 'refuses_client'] as const;
export type Mood = (typeof moods)[number];

interface Presented {
  /** The refresh token; undefined: the request shows what it always shows. */
  readonly token: string | undefined;
  readonly at: number;
  readonly mood: Mood;
  /** Milliseconds since the last token that was told; undefined: there is none since the last sign-in. */
  readonly sinceTold: number | undefined;
}

/** An authorization server without a network: rotates, forgives a spent token once, and remembers all it saw. */
export class ModelledServer implements Http, Programs {
  mood: Mood = 'well';
  /** Plants a fault: a network that is down looks like a server that calls the token dead. */
  lies = false;
  /** Plants a fault: tokens are said to end long before they do. */
  understates = false;
  readonly presented: Presented[] = [];
  /** When each access token ends, by the test's clock. */
  readonly ends = new Map<string, number>();
  underWay = 0;
  mostUnderWay = 0;
  #issued = 0;
  #toldAt: number | undefined;
  readonly #now: () => number;
  readonly #lifetime: number;

  /** `lifetime`: seconds. */
  constructor(now: () => number, lifetime: number) {
    this.#now = now;
    this.#lifetime = lifetime;
  }

  fetchFor(): Fetch {
    return async (input, init) => {
      const { pathname } = new URL(String(input));
      if (pathname === '/config.json') return json(200, { registryUrl: host });
      if (init?.method !== 'POST') return this.#probe();
      const form = new URLSearchParams(String(init.body));
      if (form.has('code')) return this.#tokens(pathname);
      const token = form.get('refresh_token') ?? undefined;
      return await this.#asked({ token, mood: moodAt(pathname, this.mood) }, () => this.#answer(pathname));
    };
  }

  async print([program]: readonly string[]): Promise<Printed> {
    if (program === 'print-subject') return { kind: 'printed', text: new Secret('subject-token') };
    return await this.#asked({ token: undefined, mood: this.mood }, () => this.#printed());
  }

  /** The person has begun anew: what was told before does not count. */
  begunAnew(): void {
    this.#toldAt = undefined;
  }

  async #asked<Answer>({ token, mood }: Pick<Presented, 'token' | 'mood'>, answer: () => Answer): Promise<Answer> {
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    const at = this.#now();
    const sinceTold = this.#toldAt === undefined ? undefined : at - this.#toldAt;
    this.presented.push({ token, at, mood, sinceTold });
    await new Promise((resolve) => setImmediate(resolve));
    this.underWay -= 1;
    return answer();
  }

  #probe(): Response {
    if (this.mood === 'down') throw unreachable();
    return new Response(null, { status: 404 });
  }

  #answer(path: string): Response {
    switch (moodAt(path, this.mood)) {
      case 'well':
        return this.#tokens(path);
      case 'down':
        if (this.lies) return json(400, { error: 'invalid_grant' });
        throw unreachable();
      case 'lost_reply':
        this.#issue();
        throw unreachable('ECONNRESET');
      case 'dead_token':
        return json(400, { error: 'invalid_grant' });
      case 'bare_refusal':
        // A registry says no with a status that says yes.
        return path === codes ? json(200, { error: 'Login required' }) : new Response('Bad Request', { status: 400 });
      case 'refuses_client':
        return json(401, { error: 'invalid_client' });
    }
  }

  #printed(): Printed {
    switch (this.mood) {
      case 'well': {
        const { access, expiresIn } = this.#told();
        return { kind: 'printed', text: new Secret(JSON.stringify({ access_token: access, expires_in: expiresIn })) };
      }
      case 'down':
        return { kind: 'not_found' };
      case 'lost_reply':
        return { kind: 'late' };
      case 'dead_token':
      case 'bare_refusal':
      case 'refuses_client':
        return { kind: 'failed', how: 1 };
    }
  }

  #issue(): string {
    this.#issued += 1;
    const access = `access-${this.#issued}`;
    this.ends.set(access, this.#now() + this.#lifetime * 1_000);
    return access;
  }

  #told(): { readonly access: string; readonly expiresIn: number } {
    this.#toldAt = this.#now();
    return { access: this.#issue(), expiresIn: this.understates ? this.#lifetime / 10 : this.#lifetime };
  }

  /** As each endpoint says it. */
  #tokens(path: string): Response {
    const { access, expiresIn } = this.#told();
    const end = Math.floor(this.#now() / 1_000) + expiresIn;
    const refresh_token = `refresh-${this.#issued}`;
    if (path === '/api/v2/delegated-token') {
      return json(200, { data: { attributes: { access_token: access, expires: String(end) } } });
    }
    if (path === codes) return json(200, { access_token: access, refresh_token, expires_at: end });
    return json(200, { access_token: access, refresh_token, token_type: 'Bearer', expires_in: expiresIn });
  }
}

/** Where a registry renews what took the place of a pasted code. Its only no is a bare one. */
const codes = '/api/token';
const moodAt = (path: string, mood: Mood): Mood =>
  path === codes && (mood === 'dead_token' || mood === 'refuses_client') ? 'bare_refusal' : mood;

const unreachable = (code = 'ECONNREFUSED'): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

const json = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
