import type { Fetch, Http } from '../../../core/ports.ts';

/** How the server, or the way to it, answers a refresh. */
export const moods = ['well', 'down', 'lost_reply', 'dead_token', 'bare_refusal', 'refuses_client'] as const;
export type Mood = (typeof moods)[number];

interface Presented {
  readonly token: string;
  readonly at: number;
  readonly mood: Mood;
}

/** An authorization server without a network: rotates, forgives a spent token once, and remembers all it saw. */
export class ModelledServer implements Http {
  mood: Mood = 'well';
  /** Plants a fault: a network that is down looks like a server that calls the token dead. */
  lies = false;
  readonly presented: Presented[] = [];
  /** When each access token ends, by the test's clock. */
  readonly ends = new Map<string, number>();
  underWay = 0;
  mostUnderWay = 0;
  #issued = 0;
  readonly #now: () => number;
  readonly #lifetime: number;

  /** `lifetime`: seconds. */
  constructor(now: () => number, lifetime: number) {
    this.#now = now;
    this.#lifetime = lifetime;
  }

  fetchFor(): Fetch {
    return async (_input, init) => {
      if (init?.method !== 'POST') return this.#probe();
      const form = new URLSearchParams(String(init.body));
      const token = form.get('refresh_token');
      if (token === null) return this.#tokens();
      this.underWay += 1;
      this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
      this.presented.push({ token, at: this.#now(), mood: this.mood });
      await new Promise((resolve) => setImmediate(resolve));
      this.underWay -= 1;
      return this.#answer();
    };
  }

  #probe(): Response {
    if (this.mood === 'down') throw unreachable();
    return new Response(null, { status: 404 });
  }

  #answer(): Response {
    switch (this.mood) {
      case 'well':
        return this.#tokens();
      case 'down':
        if (this.lies) return json(400, { error: 'invalid_grant' });
        throw unreachable();
      case 'lost_reply':
        this.#tokens();
        throw unreachable('ECONNRESET');
      case 'dead_token':
        return json(400, { error: 'invalid_grant' });
      case 'bare_refusal':
        return new Response('Bad Request', { status: 400 });
      case 'refuses_client':
        return json(401, { error: 'invalid_client' });
    }
  }

  #tokens(): Response {
    this.#issued += 1;
    const access = `access-${this.#issued}`;
    this.ends.set(access, this.#now() + this.#lifetime * 1_000);
    const reply = { access_token: access, refresh_token: `refresh-${this.#issued}`, token_type: 'Bearer' };
    return json(200, { ...reply, expires_in: this.#lifetime });
  }
}

const unreachable = (code = 'ECONNREFUSED'): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

const json = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
