import { request as httpRequest } from 'node:http';
import { judgeRedirect } from '../../core/oauth/authorization-response.ts';
import type { CallbackPage } from '../../core/oauth/callback-page.ts';
import { type Arrival, type LoopbackRedirect, listenForRedirect } from '../../core/oauth/loopback-redirect.ts';
import type { LoopbackPeers } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import type { RedirectSettings } from '../../core/services/shapes.ts';
import { MemoryLogger } from './broker-socket.ts';
import { kernelPeers } from './loopback-peers.ts';
import { ManualClock } from './manual-clock.ts';

export const issuer = 'https://login.lab.example';
export const iss = encodeURIComponent(issuer);
/** The answer to what was begun by the person's own hand, and to what was begun at the start address. */
export const good = `code=the-code&state=the-right-state&iss=${iss}`;
export const goodFromStart = `code=the-code&state=the-state-behind-the-start&iss=${iss}`;
export const destination = 'https://login.lab.example/authorize?state=the-state-behind-the-start';
export const deadlineMs = 300_000;

const states: Readonly<Record<Arrival['begunAt'], Secret>> = {
  address: new Secret('the-right-state'),
  start: new Secret('the-state-behind-the-start'),
};

export interface Listening {
  readonly redirect: LoopbackRedirect;
  readonly clock: ManualClock;
  readonly logger: MemoryLogger;
  readonly port: number;
  readonly answers: readonly Arrival[];
  readonly fromElsewhere: readonly Arrival[];
  readonly strayed: readonly string[];
  readonly refused: readonly string[];
  readonly end: () => string | undefined;
}

export const signedIn: CallbackPage = { kind: 'signed_in', title: 'Lab', who: 'ada' };

/** The real listener with the clock of the test. */
export async function listening(
  overrides: Partial<RedirectSettings> = {},
  answer: (arrival: Arrival) => Promise<CallbackPage> = async (arrival) =>
    arrival.answer.kind === 'answer' ? signedIn : { kind: 'failed', title: 'Lab', what: 'you said no' },
  peers: LoopbackPeers = kernelPeers,
): Promise<Listening> {
  const clock = new ManualClock();
  const logger = new MemoryLogger();
  const answers: Arrival[] = [];
  const fromElsewhere: Arrival[] = [];
  const strayed: string[] = [];
  const refused: string[] = [];
  let ended: string | undefined;
  const redirect = await listenForRedirect({
    settings: { host: '127.0.0.1', ports: 'any', path: '/callback', ...overrides },
    title: 'Lab',
    deadlineMs,
    clock,
    logger,
    peers,
    refused: (why) => refused.push(why),
    destination: async () => ({ kind: 'address', url: new URL(destination) }),
    judge: (url) => {
      const expected = { redirectUri: redirect.redirectUri, issuer, issuerRequired: true };
      const begunAt = url.searchParams.get('state')?.includes('start') === true ? 'start' : 'address';
      const verdict = judgeRedirect(url, { ...expected, state: states[begunAt] });
      return verdict.kind === 'stray' ? verdict : { kind: 'arrival', begunAt, answer: verdict };
    },
    answer: (arrival) => {
      answers.push(arrival);
      return answer(arrival);
    },
    fromElsewhere: (arrival) => fromElsewhere.push(arrival),
    strayed: (why) => strayed.push(why),
  });
  void redirect.ended.then((how) => {
    ended = how;
  });
  const port = Number(new URL(redirect.redirectUri).port);
  return { redirect, clock, port, answers, fromElsewhere, strayed, refused, logger, end: () => ended };
}

export interface Sent {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Sends a path as it is: fetch would tidy it up first. */
export function send(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string; host?: string } = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const { body, host, ...rest } = options;
    const sending = httpRequest({ ...rest, host: host ?? '127.0.0.1', port, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
      response.on('error', reject);
    });
    sending.on('error', reject).end(body);
  });
}

/** What a browser would send back of the cookies a page has set. */
export const cookiesOf = ({ headers }: Sent): string =>
  [headers['set-cookie'] ?? []]
    .flat()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
