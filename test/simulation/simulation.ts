import { loadClient } from '../../core/oauth/client-library.ts';
import type { Clock } from '../../core/ports.ts';
import type { TokenRequest } from '../../core/wire/schemas.ts';
import { clientItem, configOf, keyItem, recordOf } from './account-items.ts';
import { giveKey, keepsLogin, makeAccounts, type SimulatedAccount } from './accounts.ts';
import { AuthorizationFleet } from './authorization-fleet.ts';
import { AttemptMemory, BrokerProcess, type Machine, MemoryPlacements } from './broker-process.ts';
import { Callers } from './callers.ts';
import { Checks, type Invariant, invariants, type Tally, tallies, type Violations } from './checks.ts';
import { ClientRule } from './client-rule.ts';
import { planDemand } from './demand.ts';
import { Faults, networkGap, planOutages } from './faults.ts';
import { judgeKey, judgeLoss, longestQuiet } from './losses.ts';
import { People } from './people.ts';
import { type PlannedRestart, planClockSteps, planLocks, planRestarts, planSleeps } from './plans.ts';
import { type Random, randomStream } from './random.ts';
import { RecordWatch } from './record-watch.ts';
import { SimulatedKeychain } from './simulated-keychain.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { day, type Span, second, World } from './world.ts';

export const controls = ['503-is-fatal', 'two-brokers', 'wall-clock-only'] as const;
/** What a broker would live with that lacked one of the precautions: the checks must see it. */
export type Control = (typeof controls)[number];

export interface SimulationOptions {
  readonly seed: number;
  readonly days: number;
  readonly accounts: number;
  readonly outages: number;
  /** Without: the same demand, nights and restarts, and nothing goes wrong. */
  readonly faults: boolean;
  readonly control?: Control | undefined;
  /** Event-loop turns after each event; more than one must change nothing. */
  readonly turns?: number | undefined;
}

export interface Outcome {
  readonly counts: Readonly<Record<Tally, number>>;
  readonly violations: Readonly<Record<Invariant, Violations>>;
  /** Why logins were lost that nobody could have kept, and how often. */
  readonly losses: readonly (readonly [string, number])[];
}

const accountsPerServer = 50;
// However few accounts there are, there is a server of each kind.
const fewestServers = 5;

export const serversFor = (accounts: number): number =>
  Math.max(fewestServers, Math.round(accounts / accountsPerServer));

/** The machine, its brokers one after another, and all that befalls them. */
class Simulation {
  readonly #options: SimulationOptions;
  readonly #world: World;
  readonly #checks = new Checks();
  readonly #faults = new Faults();
  readonly #keychain = new SimulatedKeychain();
  readonly #fleet: AuthorizationFleet;
  readonly #accounts: readonly SimulatedAccount[];
  readonly #byId: ReadonlyMap<string, SimulatedAccount>;
  readonly #network: SimulatedNetwork;
  readonly #clients: ClientRule;
  readonly #records: RecordWatch;
  readonly #people: People;
  readonly #callers: Callers;
  readonly #machine: Machine;
  readonly #downtimes: Span[] = [];
  #processes: readonly BrokerProcess[] = [];
  #lives = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const { accounts, control } = options;
    this.#world = new World(options.turns);
    const [world, checks, keychain] = [this.#world, this.#checks, this.#keychain];
    this.#fleet = new AuthorizationFleet(serversFor(accounts));
    this.#accounts = makeAccounts(accounts, this.#fleet);
    this.#byId = new Map(this.#accounts.map((account) => [account.id, account]));
    const shared = { world, checks, keychain, fleet: this.#fleet };
    this.#clients = new ClientRule(world, checks, this.#fleet);
    this.#network = new SimulatedNetwork({
      ...shared,
      clients: options.faults ? undefined : this.#clients,
      faults: this.#faults,
      random: this.#random('network'),
      accounts: this.#accounts,
      unavailableIsFatal: control === '503-is-fatal',
    });
    const tokens = this.#network.watch;
    this.#records = new RecordWatch({ ...shared, tokens, accounts: this.#byId });
    this.#people = new People({
      ...shared,
      random: this.#random('people'),
      accounts: this.#byId,
      judge: (account) => this.#judge(account),
      signIn: (account) => this.#signIn(account),
    });
    this.#callers = new Callers({
      ...shared,
      tokens,
      loginRequired: (account) => this.#people.askedToSignIn(account),
    });
    this.#machine = {
      world,
      clockKind: control === 'wall-clock-only' ? 'wall_only' : 'honest',
      network: this.#network,
      keychain,
      keychainWatch: this.#records,
      placements: new MemoryPlacements(),
      attempts: new AttemptMemory(),
      notifier: { show: (notice) => this.#people.shown(notice), withdraw: () => undefined },
    };
  }

  async run(): Promise<Outcome> {
    const { days, faults, seed } = this.#options;
    const clock = this.#world.clockFor(() => true, this.#machine.clockKind);
    for (const account of this.#accounts) this.#give(account, clock);
    this.#plan();
    if (faults) this.#planFaults();
    this.#start();
    planDemand(this.#accounts, seed, days, this.#world, (account, request) => this.#ask(account, request));
    await this.#world.run(days * day);
    for (const account of this.#accounts) this.#lookAtTheEnd(account);
    for (const process of this.#processes) {
      process.kill();
      this.#callers.left(process);
    }
    return this.#outcome();
  }

  #plan(): void {
    const { days, faults } = this.#options;
    const world = this.#world;
    for (const { from, until } of planSleeps(this.#random('sleeps'), days)) {
      world.at(from, () => world.sleep());
      world.at(until, () => this.#wake());
    }
    for (const restart of planRestarts(this.#random('restarts'), days)) {
      world.at(restart.at, () => void this.#restart(faults ? restart : { ...restart, kind: 'end' }));
    }
  }

  #planFaults(): void {
    const { days, outages } = this.#options;
    const [world, keychain, checks] = [this.#world, this.#keychain, this.#checks];
    for (const outage of planOutages(this.#random('outages'), outages, days, this.#fleet.servers.length)) {
      world.at(outage.from, () => this.#faults.begin(outage));
      world.at(outage.until, () => this.#faults.end(outage, world.time));
      checks.count('outages');
    }
    for (const { at, trouble, length } of planLocks(this.#random('locks'), days)) {
      world.at(at, () => keychain.become(trouble));
      world.at(at + length, () => {
        keychain.become(undefined);
        this.#callers.keychainChanged();
      });
      checks.count('keychain locks');
    }
    for (const { at, by } of planClockSteps(this.#random('clock'), days)) {
      world.at(at, () => world.stepWall(by));
      checks.count('wall clock steps');
    }
  }

  #wake(): void {
    const world = this.#world;
    world.wake();
    this.#checks.count('sleeps');
    if (!this.#options.faults) return;
    const gap = networkGap(world.time, this.#random(`wake ${world.time}`).spread(second, 20 * second));
    this.#faults.begin(gap);
    world.at(gap.until, () => this.#faults.end(gap, world.time));
  }

  #start(): void {
    this.#clients.restarted();
    const count = this.#options.control === 'two-brokers' ? 2 : 1;
    this.#processes = Array.from({ length: count }, () => {
      const serial = ++this.#lives;
      return new BrokerProcess(serial, this.#machine, configOf(this.#accounts), this.#random(`process ${serial}`));
    });
  }

  async #restart({ kind, pause }: PlannedRestart): Promise<void> {
    const world = this.#world;
    const processes = this.#processes;
    if (world.asleep || processes.length === 0) return;
    this.#processes = [];
    this.#checks.count('restarts');
    for (const process of processes) {
      if (kind === 'end') await process.end();
      else process.kill();
      this.#callers.left(process);
    }
    const down: Span = { from: world.time, until: undefined };
    this.#downtimes.push(down);
    if (kind === 'reboot') world.reboot();
    await world.work(pause);
    down.until = world.time;
    this.#start();
  }

  #ask(account: SimulatedAccount, request: TokenRequest): void {
    const process = this.#processes[this.#checks.counted('calls') % this.#processes.length];
    if (process === undefined || this.#world.asleep) return;
    this.#clients.called(account, request);
    void this.#callers.ask(process, account, request);
  }

  #judge(account: SimulatedAccount): ReturnType<typeof judgeLoss> {
    if (account.grant === 'api_key') return judgeKey(account, this.#world);
    if (!keepsLogin(account)) return { kind: 'avoidable', why: `${account.grant} needs no person` };
    return judgeLoss({
      fleet: this.#fleet,
      stored: account.stored,
      now: this.#world.time,
      quietTime: (server, from, until) =>
        longestQuiet(
          [...this.#world.sleeps, ...this.#downtimes, ...this.#faults.spans(server, from, until)],
          from,
          until,
        ),
    });
  }

  /** Removed and added again, the account is read anew: what is behind a sign-in is not what is tried here. */
  #signIn(account: SimulatedAccount): boolean {
    const [process] = this.#processes;
    if (process === undefined || this.#world.asleep || this.#keychain.trouble !== undefined) return false;
    this.#give(account, process.clock);
    this.#clients.signedIn(account);
    for (const { configure } of this.#processes) {
      configure(configOf(this.#accounts.filter((other) => other !== account)));
      configure(configOf(this.#accounts));
    }
    return true;
  }

  #tokens({ id, server, lifetime }: SimulatedAccount): ReturnType<AuthorizationFleet['signIn']> {
    return this.#fleet.signIn(id, server, lifetime, this.#world.time);
  }

  /** What a sign-in leaves in the keychain, where there is one. */
  #give(account: SimulatedAccount, clock: Clock): void {
    if (account.grant === 'client_credentials') this.#keychain.set(account.id, clientItem());
    else if (account.grant === 'api_key') {
      giveKey(account, this.#world);
      this.#keychain.set(account.id, keyItem(account, clock));
    } else if (keepsLogin(account)) {
      const record = recordOf(account, this.#tokens(account), clock);
      this.#keychain.set(account.id, record);
      this.#records.stored(account.id, undefined, record);
    }
  }

  /** A login that is lost without anybody having noticed is lost all the same. */
  #lookAtTheEnd(account: SimulatedAccount): void {
    if (!keepsLogin(account) || account.lost || this.#network.watch.busy(account.id)) return;
    if (!this.#fleet.accepts(account.stored, this.#world.time)) this.#people.askedToSignIn(account);
  }

  #random(name: string): Random {
    return randomStream(this.#options.seed, name);
  }

  #outcome(): Outcome {
    const checks = this.#checks;
    const by = <Key extends string, Value>(keys: readonly Key[], of: (key: Key) => Value): Record<Key, Value> =>
      Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<Key, Value>;
    return {
      counts: by(tallies, (tally) => checks.counted(tally)),
      violations: by(invariants, (invariant) => checks.of(invariant)),
      losses: [...checks.losses].sort(([, one], [, other]) => other - one),
    };
  }
}

export async function simulate(options: SimulationOptions): Promise<Outcome> {
  // The broker loads it when it first needs it. That takes real time, in which hours of the world could pass.
  await loadClient();
  await import('@smithy/signature-v4');
  return await new Simulation(options).run();
}
