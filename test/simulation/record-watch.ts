import { z } from 'zod';
import { asksAgain, type SimulatedAccount } from './accounts.ts';
import type { AuthorizationFleet } from './authorization-fleet.ts';
import type { Checks } from './checks.ts';
import type { KeychainWatch } from './simulated-keychain.ts';
import type { TokenWatch } from './token-watch.ts';
import type { World } from './world.ts';

const recordSchema = z.object({ refresh: z.string().optional(), access: z.string(), generation: z.number() });

const itemSchema = z.object({ record: recordSchema });

const read = (text: string): z.infer<typeof recordSchema> => itemSchema.parse(JSON.parse(text)).record;

export interface RecordWatchOptions {
  readonly world: World;
  readonly fleet: AuthorizationFleet;
  readonly checks: Checks;
  readonly tokens: TokenWatch;
  readonly accounts: ReadonlyMap<string, SimulatedAccount>;
}

/** Watches what the keychain is given to keep. */
export class RecordWatch implements KeychainWatch {
  readonly #options: RecordWatchOptions;

  constructor(options: RecordWatchOptions) {
    this.#options = options;
  }

  stored(item: string, before: string | undefined, value: string): void {
    const { accounts, fleet, checks, tokens, world } = this.#options;
    const account = accounts.get(item);
    if (account === undefined || account.grant === 'api_key') return;
    if (asksAgain(account)) {
      const given = fleet.find(read(value).access);
      if (given !== undefined) given.issue.stored = true;
      return;
    }
    const now = read(value);
    const then = before === undefined ? undefined : read(before);
    if (now.refresh === undefined) {
      if (then?.refresh !== undefined) tokens.gaveUp(then.refresh);
      return;
    }
    const refresh = fleet.find(now.refresh);
    const access = fleet.find(now.access);
    const rotates = account.server.rotation !== 'none';
    if (access === undefined || refresh?.family !== access.family || (rotates && refresh.issue !== access.issue)) {
      checks.violated('mixed generations', world.time, account.id, `${now.refresh} beside ${now.access}`);
    }
    if (
      then !== undefined &&
      (now.generation < then.generation || (now.generation === then.generation && now.access !== then.access))
    ) {
      checks.violated('mixed generations', world.time, account.id, `${now.generation} over ${then.generation}`);
    }
    if (access !== undefined) access.issue.stored = true;
    account.stored = now.refresh;
  }

  notStored(item: string, value: string, why: 'died' | 'refused'): void {
    const { accounts, fleet } = this.#options;
    const account = accounts.get(item);
    if (account === undefined || account.grant === 'api_key') return;
    const access = fleet.find(read(value).access);
    if (access !== undefined) access.issue.lost ??= why === 'died' ? 'process killed' : 'store refused';
  }
}
