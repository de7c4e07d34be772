import type { Fetch, Http, Programs } from '../../core/ports.ts';
import { authorityOf } from './account-items.ts';
import { keepsLogin, type SimulatedAccount } from './accounts.ts';
import type { AuthorizationFleet, LossCause } from './authorization-fleet.ts';
import type { Checks } from './checks.ts';
import type { ClientRule } from './client-rule.ts';
import type { Faults, Outage } from './faults.ts';
import type { Life } from './life.ts';
import type { Random } from './random.ts';
import { type Exchange, faultyReply, jsonReply, metadataOf } from './replies.ts';
import { never } from './simulated-keychain.ts';
import { SimulatedPrograms } from './simulated-programs.ts';
import { answerTo, isGood, refusedCode, type TokenAsked, tokenAsked } from './token-requests.ts';
import { TokenWatch } from './token-watch.ts';
import { second, type World } from './world.ts';

export interface NetworkOptions {
  readonly world: World;
  readonly fleet: AuthorizationFleet;
  readonly faults: Faults;
  readonly checks: Checks;
  readonly random: Random;
  readonly accounts: readonly SimulatedAccount[];
  /** The negative control: a gateway that turns "unavailable" into "your token is dead". */
  readonly unavailableIsFatal: boolean;
  /** Undefined where clocks are set, which makes tokens look older than they are. */
  readonly clients: ClientRule | undefined;
}

interface AskedExchange extends Exchange {
  readonly asked: TokenAsked | undefined;
}

// What a client gives up after.
const longestReply = 30 * second;

/** Everything between a broker and the authorization servers, which it also answers for. */
export class SimulatedNetwork {
  readonly #options: NetworkOptions;
  readonly #byAuthority: ReadonlyMap<string, SimulatedAccount>;
  readonly watch: TokenWatch;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#byAuthority = new Map(options.accounts.map((account) => [authorityOf(account), account]));
    this.watch = new TokenWatch(options.world, options.checks);
  }

  httpFor(life: Life): Http {
    return {
      fetchFor: ({ ca }): Fetch => {
        const account = this.#byAuthority.get(ca ?? '');
        if (account === undefined) throw new TypeError('a request for no account');
        return async (input, init) => await this.#fetch(life, account, new URL(String(input)), init);
      },
    };
  }

  /** The programs of the machine that print tokens, which they have from the servers. */
  programsFor(life: Life): Programs {
    return new SimulatedPrograms({ ...this.#options, life, watch: this.watch });
  }

  async #fetch(life: Life, account: SimulatedAccount, url: URL, init: RequestInit = {}): Promise<Response> {
    const { checks, clients, fleet, world } = this.#options;
    const asked = tokenAsked(account, url, init);
    const exchange: AskedExchange = { life, account, token: asked?.token, asked };
    if (asked !== undefined && !keepsLogin(account)) clients?.requested(account);
    if (asked?.kind === 'exchange' && !isGood(asked.subject, fleet, world)) {
      checks.violated('expired token handed out', world.time, account.id, 'for an exchange');
    }
    this.watch.sent(exchange);
    try {
      const response = await unlessAborted(this.#exchange(exchange), init.signal);
      if (!life.alive()) return await never();
      this.watch.answered(exchange, response);
      return response;
    } catch (error) {
      this.watch.failed(account.server.index);
      throw error;
    } finally {
      this.watch.ended(exchange);
    }
  }

  async #exchange(exchange: AskedExchange): Promise<Response> {
    const { world, faults, random, unavailableIsFatal } = this.#options;
    const outage = faults.at(exchange.account.server.index);
    switch (outage?.kind) {
      case 'unreachable':
        await world.work(random.between(1, 200));
        throw connectionError(random.chance(0.5) ? 'ECONNREFUSED' : 'EAI_AGAIN');
      case 'timeout':
        await world.work(longestReply);
        throw timeoutError();
      case 'unavailable':
      case 'busy':
      case 'portal':
      case 'forbidden':
        if (unavailableIsFatal && outage.kind === 'unavailable' && isRefresh(exchange)) {
          return await this.#reply(exchange, outage, () => deadTokenReply(exchange));
        }
        return await this.#reply(exchange, outage, () => faultyReply(outage, world.date, random));
      case 'lying':
        if (isRefresh(exchange) && !outage.liedAbout.has(exchange.token)) {
          outage.liedAbout.add(exchange.token);
          return await this.#reply(exchange, outage, () => deadTokenReply(exchange));
        }
        return await this.#answer(exchange, outage);
      case 'reply_lost':
      case 'slow':
      case undefined:
        return await this.#answer(exchange, outage);
    }
  }

  /** The server does what it is asked to. */
  async #answer(exchange: AskedExchange, outage: Outage | undefined): Promise<Response> {
    const { account, asked } = exchange;
    const { fleet, world, checks } = this.#options;
    if (asked === undefined) {
      return await this.#reply(exchange, outage, () => jsonReply(200, metadataOf(account.server)));
    }
    let lose: (why: LossCause) => void = () => undefined;
    const processed = (): Response => {
      const { tokens, response } = answerTo(asked, account, fleet, world);
      exchange.refused = tokens === undefined;
      if (tokens === undefined) return response;
      checks.count('token requests answered with tokens');
      lose = (why) => {
        tokens.issue.lost ??= why;
      };
      return response;
    };
    return await this.#reply(exchange, outage, processed, (why) => lose(why));
  }

  /** There and back. The server's part happens whether or not anybody is left to hear of it. */
  async #reply(
    exchange: Exchange,
    outage: Outage | undefined,
    process: () => Response,
    lost: (why: LossCause) => void = () => undefined,
  ): Promise<Response> {
    const { world, random } = this.#options;
    const delay = outage?.kind === 'slow' ? random.spread(second, 40 * second) : random.spread(20, 600);
    const sleeps = world.sleeps.length;
    const slept = (): boolean => world.sleeps.length !== sleeps;

    await world.pass(delay / 2);
    const cut = slept();
    const response = cut ? undefined : process();
    const dropped = outage?.kind === 'reply_lost' && exchange.token !== undefined && outage.left > 0;
    await world.pass(Math.max(0, Math.min(delay, longestReply) - delay / 2));
    if (dropped && --outage.left === 0) this.#options.faults.end(outage, world.time);
    if (!exchange.life.alive()) lost(exchange.life.lossCause());
    else if (slept()) lost('asleep');
    else if (dropped || delay > longestReply) lost('reply lost');
    else if (response !== undefined) return response;
    // A sleeping machine notices when it wakes.
    await world.work(random.between(1, 3 * second));
    throw delay > longestReply ? timeoutError() : connectionError('ECONNRESET');
  }
}

/** As fetch does: what is given up ends with the signal's reason, and the server's part goes on without anybody. */
async function unlessAborted(exchange: Promise<Response>, signal: AbortSignal | null | undefined): Promise<Response> {
  if (!signal) return await exchange;
  const { promise: given, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([exchange, given]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

const isRefresh = (exchange: Exchange): exchange is Exchange & { readonly token: string } =>
  exchange.token !== undefined && keepsLogin(exchange.account);

/** As each server says it. */
function deadTokenReply(exchange: Exchange): Response {
  exchange.refused = true;
  return exchange.account.grant === 'pasted_code' ? refusedCode() : jsonReply(400, { error: 'invalid_grant' });
}

const connectionError = (code: string): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

const timeoutError = (): DOMException => new DOMException('no answer in time', 'TimeoutError');
