import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Endpoint, ProgramEndpoints } from '../../core/endpoints/program-endpoints.ts';
import type { EndpointToken } from '../../core/endpoints/token-answer.ts';
import { Secret } from '../../core/secret.ts';
import { MemoryLogger } from './broker-socket.ts';
import { kernelPeers } from './loopback-peers.ts';
import { ManualClock } from './manual-clock.ts';

export interface EndpointScene {
  readonly url: URL;
  readonly clock: ManualClock;
  /** What the next request is given; throw to refuse. */
  next: () => Promise<EndpointToken>;
  ask(options?: Asking): Promise<{ readonly status: number; readonly body: unknown }>;
  /** The program ends. */
  end(): void;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** After the endpoint's own. */
  readonly path?: string;
}

/** An endpoint for a program that runs until the test ends it, with an hour's token. */
export async function endpointScene(
  make: (given: { clock: ManualClock; token: () => Promise<EndpointToken> }) => Pick<Endpoint, 'answer'>,
): Promise<EndpointScene> {
  const clock = new ManualClock();
  let runs = true;
  let asked = 0;
  const endpoints = new ProgramEndpoints({ clock, logger: new MemoryLogger(), peers: kernelPeers, name: 'the test' });
  const scene = {
    next: async (): Promise<EndpointToken> => {
      asked += 1;
      return {
        token: new Secret(`token-${asked}`),
        tokenType: 'Bearer',
        expiresAt: clock.now() + 3_600_000,
        scope: 'all-apis',
      };
    },
  };
  const { answer } = make({ clock, token: async () => await scene.next() });
  const { url } = await endpoints.open({ owner: { runs: () => runs }, answer });
  return Object.assign(scene, {
    url: new URL(url),
    clock,
    ask: async ({ method = 'GET', headers = {}, body, path = '' }: Asking = {}) => {
      const sent = request(`${url}${path}`, { method, headers, agent: false }).end(body);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return { status: response.statusCode ?? 0, body: JSON.parse(await text(response)) as unknown };
    },
    end: () => {
      runs = false;
      clock.advance(10_000);
    },
  });
}
