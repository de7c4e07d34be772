import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listenOn } from '../http/loopback-port.ts';
import type { RedirectSettings } from '../services/shapes.ts';
import type { RedirectVerdict } from './authorization-response.ts';
import {
  type AsidePage,
  type CallbackPage,
  type RenderedPage,
  renderAsidePage,
  renderCallbackPage,
} from './callback-page.ts';
import { bringsCookie, newLoginCookie, setCookie } from './login-cookie.ts';
import { type RedirectGateOptions, redirectGate } from './redirect-gate.ts';
import { judgeStart } from './start-request.ts';

export type RedirectEnd = 'answered' | 'closed' | 'deadline';

export type StrayVerdict = Extract<RedirectVerdict, { kind: 'stray' }>;

/**
 * A request to the redirect URI that answers a request of ours. `start`: one that was begun at the start address, so
 * the browser must bring its cookie; `address`: one whose address the person was given to open wherever they like.
 */
export interface Arrival {
  readonly kind: 'arrival';
  readonly begunAt: 'start' | 'address';
  readonly answer: Exclude<RedirectVerdict, StrayVerdict>;
}

/** A listener for the one answer of a sign-in (RFC 8252 §7.3), and for the browser that is sent off to fetch it. */
export interface LoopbackRedirect {
  /** As it must be sent and compared, character for character. */
  readonly redirectUri: string;
  /** What a browser is given instead of the authorization URL: it stands in argument lists that all users can read. */
  readonly startUrl: URL;
  readonly port: number;
  /** Resolves when nothing listens any more: half a minute after the answer. */
  readonly ended: Promise<RedirectEnd>;
  /** The answer came another way: who has the cookie is shown `page`, for as long as after an answer that came here. */
  conclude(page: CallbackPage): void;
  close(): Promise<void>;
}

/** `why` in words of ours: the visit may be made again. */
export type Destination =
  | { readonly kind: 'address'; readonly url: URL }
  | { readonly kind: 'nothing_begun' }
  | { readonly kind: 'trouble'; readonly why: string };

export interface RedirectOptions<Found extends Arrival> extends RedirectGateOptions {
  readonly settings: RedirectSettings;
  /** Names service and account, on the pages. */
  readonly title: string;
  readonly deadlineMs: number;
  /** Where the start address leads to, asked at each visit. */
  readonly destination: () => Promise<Destination>;
  readonly judge: (url: URL) => Found | StrayVerdict;
  /** Called once, for the answer or a denial; the browser sees its page when it resolves. */
  readonly answer: (arrival: Found) => Promise<CallbackPage>;
  /** An answer to what was begun at the start address came without its cookie. */
  readonly fromElsewhere: (arrival: Found) => void;
  /** Something came that looks like an answer and is not the one; `why` in words of ours. */
  readonly strayed: (why: string) => void;
}

/** Cookies do not know ports, so a browser sends those that other programs set for this host too. */
const largestHeader = 320 * 1024;

/** For how long a reload shows the page again. */
const shownFor = 30_000;

/**
 * Listens on loopback until the answer has come and its page was there for half a minute, the deadline has passed or
 * `close` is called. Anything else that connects gets an error and changes nothing. Throws `KeytrayError`
 * `misconfigured` where no port is free.
 */
export async function listenForRedirect<Found extends Arrival>(
  options: RedirectOptions<Found>,
): Promise<LoopbackRedirect> {
  const { settings, title, clock } = options;
  const sockets = new Set<Socket>();
  const { promise: ended, resolve: end } = Promise.withResolvers<RedirectEnd>();
  const cookie = newLoginCookie();
  const redirectPath = settings.path === 'none' ? '/' : settings.path;
  const startPath = `/start/${randomBytes(24).toString('base64url')}`;
  const deadlineAt = clock.monotonic() + options.deadlineMs;
  let visited = false;
  let stopped = false;
  /** Set with the answer: from then on there is one page, for the browser that has the cookie. */
  let concluded: Promise<CallbackPage> | undefined;
  let authority = '';

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = requestedUrl(request, authority);
    if (url === undefined || (url.path !== redirectPath && url.path !== startPath)) {
      return await aside(response, { kind: 'nothing_here' });
    }
    if (request.method !== 'GET') return await aside(response, { kind: 'only_get' });
    const cookieBrought = bringsCookie(request.headers.cookie, cookie);
    if (concluded !== undefined) {
      if (!cookieBrought) return await aside(response, { kind: 'over', title });
      return await send(response, renderCallbackPage(await concluded));
    }
    if (url.path === startPath) return await start(request, response, cookieBrought);
    await arrive(url.whole, response, cookieBrought);
  };

  const start = async (request: IncomingMessage, response: ServerResponse, cookieBrought: boolean): Promise<void> => {
    const { 'sec-purpose': purpose, 'sec-fetch-mode': fetchMode } = request.headers;
    const verdict = judgeStart(
      { purpose: text(purpose), fetchMode: text(fetchMode), bringsCookie: cookieBrought },
      visited,
    );
    if (verdict === 'not_a_visit') return await aside(response, { kind: 'not_a_visit' });
    if (verdict === 'begun_elsewhere') return await aside(response, { kind: 'begun_elsewhere', title });
    const visitedBefore = visited;
    visited = true;
    const destination = await options.destination();
    if (destination.kind !== 'address') visited = visitedBefore;
    if (destination.kind === 'nothing_begun') return await aside(response, { kind: 'nothing_here' });
    if (destination.kind === 'trouble')
      return await aside(response, { kind: 'not_begun', title, why: destination.why });
    const rest = (deadlineAt - clock.monotonic()) / 1_000;
    // Twice: the redirect URI's is never sent to the start address, which the browser may come back to as well.
    const cookies = [redirectPath, startPath].map((path) => setCookie(cookie, path, rest));
    const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', location: destination.url.href };
    await send(response, { status: 302, headers, body: '' }, cookies);
  };

  const arrive = async (url: URL, response: ServerResponse, cookieBrought: boolean): Promise<void> => {
    const arrival = options.judge(url);
    if (arrival.kind === 'stray') {
      if (url.searchParams.has('error') || url.searchParams.has('code')) options.strayed(arrival.why);
      return await aside(response, { kind: 'not_the_answer', title, why: arrival.why });
    }
    if (arrival.begunAt === 'start' && !cookieBrought) {
      options.fromElsewhere(arrival);
      return await aside(response, { kind: 'answer_from_elsewhere', title });
    }
    timer.cancel();
    concluded = options.answer(arrival).catch(() => unexpected(title));
    const page = renderCallbackPage(await concluded);
    showPage();
    await send(response, page, cookieBrought ? [] : [setCookie(cookie, redirectPath, shownFor / 1_000)]);
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => request.socket.destroy());
  };

  const guard = redirectGate(options, sockets);
  const create = (): Server => {
    const server = createRedirectServer(onRequest);
    guard(server);
    return server;
  };
  const servers = await listenOn(settings, create, options.peers);
  authority = `${settings.host}:${servers.port}`;

  const stop = async (why: RedirectEnd): Promise<void> => {
    stopped = true;
    timer.cancel();
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.listening.map(closed));
    end(why);
  };
  /** Until the answer the deadline, then the time its page is shown. */
  let timer = clock.after(options.deadlineMs, () => void stop('deadline'));
  const showPage = (): void => {
    timer.cancel();
    if (!stopped) timer = clock.after(shownFor, () => void stop('answered'));
  };

  return {
    redirectUri: `http://${authority}${settings.path === 'none' ? '' : settings.path}`,
    startUrl: new URL(`http://${authority}${startPath}`),
    port: servers.port,
    ended,
    conclude(page) {
      concluded = Promise.resolve(page);
      showPage();
    },
    close: () => stop('closed'),
  };
}

const unexpected = (title: string): CallbackPage => ({ kind: 'failed', title, what: 'Something unexpected happened' });

function createRedirectServer(onRequest: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer(
    {
      maxHeaderSize: largestHeader,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
    },
    onRequest,
  );
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

interface RequestedUrl {
  /** Compared as it came, before the URL parser resolves `..`, backslashes and the like. */
  readonly path: string;
  readonly whole: URL;
}

/** The address that was asked for, or undefined where the request names another server. */
function requestedUrl(request: IncomingMessage, authority: string): RequestedUrl | undefined {
  const target = request.url ?? '';
  // Another name in Host is a page that had its own name resolved to this machine.
  if (request.headers.host?.toLowerCase() !== authority) return undefined;
  const whole = `http://${authority}${target}`;
  return URL.canParse(whole) ? { path: target.split('?', 1)[0] ?? '', whole: new URL(whole) } : undefined;
}

const text = (header: string | readonly string[] | undefined): string | undefined =>
  typeof header === 'object' ? header.join(',') : header;

async function aside(response: ServerResponse, page: AsidePage): Promise<void> {
  await send(response, renderAsidePage(page));
}

/** Resolves when the page has left us, or when the browser has not waited for it. */
function send(response: ServerResponse, page: RenderedPage, cookies: readonly string[] = []): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    if (cookies.length > 0) response.setHeader('set-cookie', cookies);
    response.writeHead(page.status, { ...page.headers, connection: 'close' }).end(page.body);
    if (response.destroyed) resolve();
  });
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });
