import { Turns } from '../concurrency/turns.ts';
import { systemCodeOf } from '../errors.ts';
import type { Logger } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { StoreKind } from '../services/shapes.ts';
import type { Placement, Placements } from './placements.ts';
import type { ReadResult, RemoveResult, SecretStore, StoreState, StoreTrouble, WriteResult } from './secret-store.ts';

export interface MovingStoreOptions {
  readonly account: string;
  /** All items the account may have. */
  readonly items: readonly string[];
  /** The store of the config. */
  readonly store: StoreKind;
  readonly stores: Readonly<Record<StoreKind, SecretStore>>;
  readonly placements: Placements;
  readonly logger: Logger;
}

/**
 * One account's view of its store. Where its items are still in another one, they are moved before anything else:
 * written to the new store, read back, noted as being there, then removed from the old. A step that fails leaves the
 * items where they count; a store that would not tell is a trouble marked `left`, never an empty answer.
 */
export class MovingStore implements SecretStore {
  readonly #options: MovingStoreOptions;
  #target: StoreKind;
  readonly #turns = new Turns();
  #cleaning: Promise<void> | undefined;
  readonly #said = new Set<StoreKind>();

  constructor(options: MovingStoreOptions) {
    this.#options = options;
    this.#target = options.store;
  }

  get backend(): SecretStore['backend'] {
    return this.#store(this.#target).backend;
  }

  state(): StoreState {
    return this.#store(this.#target).state();
  }

  /** The config names another store now. */
  retarget(store: StoreKind): void {
    this.#target = store;
  }

  /** Moves what there is to move. Undefined: everything is where it belongs. */
  async settle(): Promise<StoreTrouble | undefined> {
    return await this.#turns.take(() => this.#settle());
  }

  async read(item: string): Promise<ReadResult> {
    const trouble = await this.settle();
    if (trouble !== undefined) return trouble;
    const found = await this.#store(this.#target).read(item);
    if (found.kind === 'found') await this.#claim();
    return found;
  }

  /** A new store that would not take it leaves the old one in use, so that nothing is lost meanwhile. */
  async write(item: string, value: Secret): Promise<WriteResult> {
    return await this.#turns.take(async () => {
      const trouble = await this.#settle();
      if (trouble === undefined) await this.#claim();
      const holder = trouble === undefined ? this.#target : await this.#holder();
      return await this.#store(holder).write(item, value);
    });
  }

  /** What a store would not let go is given up: it no longer counts, and is removed when that store can be had. */
  async remove(item: string): Promise<RemoveResult> {
    return await this.#turns.take(async () => {
      const trouble = await this.#settle();
      if (trouble?.left !== true) return await this.#store(trouble ? await this.#holder() : this.#target).remove(item);
      return (await this.#giveUp()) ?? { kind: 'removed' };
    });
  }

  async removalTrouble(): Promise<StoreTrouble | undefined> {
    return await this.#turns.take(async () => {
      const trouble = await this.#settle();
      if (trouble?.left === true) return undefined;
      return await this.#store(trouble ? await this.#holder() : this.#target).removalTrouble?.();
    });
  }

  async close(): Promise<void> {
    await this.#turns.over();
  }

  #store(kind: StoreKind): SecretStore {
    return this.#options.stores[kind];
  }

  async #placement(): Promise<Placement | undefined> {
    return await this.#options.placements.of(this.#options.account);
  }

  async #holder(): Promise<StoreKind> {
    return (await this.#placement())?.holder ?? this.#target;
  }

  async #settle(): Promise<StoreTrouble | undefined> {
    const placement = await this.#placement();
    if (placement === undefined) return undefined;
    if (placement.holder !== this.#target) return await this.#move(placement);
    if (placement.leftovers.length > 0) {
      this.#cleaning ??= this.#clean().finally(() => {
        this.#cleaning = undefined;
      });
    }
    return undefined;
  }

  async #move({ holder, leftovers }: Placement): Promise<StoreTrouble | undefined> {
    const target = this.#target;
    // A removal under way must not take what is about to be written there.
    await this.#cleaning;
    const found = await this.#collect(this.#store(holder));
    if (!(found instanceof Map)) return { ...found, left: true };
    const unsure = found.size > 0 ? await this.#note({ holder, leftovers: withMember(leftovers, target) }) : undefined;
    const trouble =
      unsure ??
      (await this.#copy(found, this.#store(target))) ??
      (await this.#note({ holder: target, leftovers: without(withMember(leftovers, holder), target) }));
    if (trouble !== undefined) return trouble;
    if (found.size > 0) {
      this.#options.logger.info('an account moved to another store', {
        account: this.#options.account,
        from: holder,
        to: target,
      });
    }
    await this.#clean();
    return undefined;
  }

  async #collect(from: SecretStore): Promise<Map<string, Secret> | StoreTrouble> {
    const items = new Map<string, Secret>();
    for (const item of this.#options.items) {
      const found = await from.read(item);
      if (found.kind === 'found') items.set(item, found.value);
      else if (found.kind !== 'empty' && !(found.kind === 'locked' && found.vacant)) return found;
    }
    return items;
  }

  /** What is not among the items goes: it may be of an earlier move that was interrupted. */
  async #copy(found: ReadonlyMap<string, Secret>, to: SecretStore): Promise<StoreTrouble | undefined> {
    for (const item of this.#options.items) {
      const value = found.get(item);
      const trouble = value === undefined ? await remove(item, to) : await copy(item, value, to);
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  }

  /** Removes the copies that no longer count. What cannot be removed now is said once and tried again. */
  async #clean(): Promise<void> {
    const { account, items, logger } = this.#options;
    for (const kind of (await this.#placement())?.leftovers ?? []) {
      const trouble = await this.#removeAll(items, this.#store(kind));
      const placement = await this.#placement();
      if (trouble === undefined && placement !== undefined) {
        await this.#note({ ...placement, leftovers: without(placement.leftovers, kind) });
      } else if (!this.#said.has(kind)) {
        this.#said.add(kind);
        logger.warn('a copy of a sign-in is still in the store it was moved from', {
          account,
          store: kind,
          why: trouble?.kind,
        });
      }
    }
  }

  async #removeAll(items: readonly string[], from: SecretStore): Promise<StoreTrouble | undefined> {
    for (const item of items) {
      const trouble = await remove(item, from);
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  }

  async #giveUp(): Promise<StoreTrouble | undefined> {
    const placement = await this.#placement();
    if (placement === undefined) return undefined;
    const { holder, leftovers } = placement;
    return await this.#note({ holder: this.#target, leftovers: without(withMember(leftovers, holder), this.#target) });
  }

  /** Before the first write: a crash must not leave a copy nobody knows of. */
  async #claim(): Promise<void> {
    if ((await this.#placement()) === undefined) await this.#note({ holder: this.#target, leftovers: [] });
  }

  async #note(placement: Placement): Promise<StoreTrouble | undefined> {
    const { account, logger, placements } = this.#options;
    try {
      await placements.set(account, placement);
      return undefined;
    } catch (error) {
      const why = systemCodeOf(error);
      logger.warn('the list of stores in use cannot be written', { account, why });
      return { kind: 'denied', detail: `the list of stores in use cannot be written (${why})` };
    }
  }
}

const lost: StoreTrouble = { kind: 'corrupt', detail: 'the store did not return what was written to it' };

const without = (kinds: readonly StoreKind[], kind: StoreKind): StoreKind[] => kinds.filter((other) => other !== kind);
const withMember = (kinds: readonly StoreKind[], kind: StoreKind): StoreKind[] => [...without(kinds, kind), kind];

async function remove(item: string, from: SecretStore): Promise<StoreTrouble | undefined> {
  const removed = await from.remove(item);
  return removed.kind === 'removed' ? undefined : removed;
}

async function copy(item: string, value: Secret, to: SecretStore): Promise<StoreTrouble | undefined> {
  const written = await to.write(item, value);
  if (written.kind !== 'durable') return written;
  const back = await to.read(item);
  if (back.kind === 'found') return back.value.equals(value) ? undefined : lost;
  return back.kind === 'empty' ? lost : back;
}
