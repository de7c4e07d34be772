import fc from 'fast-check';
import { endOfKey } from './modelled-grants.ts';
import { type Mood, moods } from './modelled-server.ts';
import { type Answer, lifetime, type World } from './world.ts';

/** What the test knows of the account without looking into the broker. */
export interface Model {
  signedIn: boolean;
  /** Somebody has to sign in before there is a token. */
  readonly person: boolean;
  /** The person asked for a browser: by a click or a command. */
  clicks: number;
  locked: boolean;
  /** Tokens served. */
  served: number;
}

type Command = fc.AsyncCommand<Model, World>;

abstract class Step implements Command {
  check(_model: Readonly<Model>): boolean {
    return true;
  }

  async run(model: Model, world: World): Promise<void> {
    const before = world.server.presented.length;
    await this.act(model, world);
    await world.settle();
    await holds(model, world);
    asksNoMore(world, before, this.insists);
  }

  /** A caller wants a new token, whatever there is. */
  protected get insists(): boolean {
    return false;
  }

  protected abstract act(model: Model, world: World): Promise<void>;
  abstract toString(): string;
}

class Ask extends Step {
  readonly #request: { readonly force?: boolean; readonly min_ttl?: number };

  constructor(request: { readonly force?: boolean; readonly min_ttl?: number }) {
    super();
    this.#request = request;
  }

  protected async act(model: Model, world: World): Promise<void> {
    await judge(await world.ask(this.#request), model, world);
  }

  protected override get insists(): boolean {
    return Object.keys(this.#request).length > 0;
  }

  toString(): string {
    return `ask(${JSON.stringify(this.#request)})`;
  }
}

class AskTogether extends Step {
  protected async act(model: Model, world: World): Promise<void> {
    const answers = await Promise.all(Array.from({ length: 5 }, () => world.ask()));
    for (const answer of answers) await judge(answer, model, world);
  }

  toString(): string {
    return 'askTogether';
  }
}

class Pass extends Step {
  readonly #seconds: number;

  constructor(seconds: number) {
    super();
    this.#seconds = seconds;
  }

  protected async act(_model: Model, world: World): Promise<void> {
    await world.pass(this.#seconds * 1_000);
  }

  toString(): string {
    return `pass(${this.#seconds} s)`;
  }
}

class Sleep extends Step {
  protected async act(_model: Model, world: World): Promise<void> {
    world.clock.sleep(8 * 3_600_000);
    await world.pass(30_000);
  }

  toString(): string {
    return 'sleep';
  }
}

class Change extends Step {
  readonly #mood: Mood;

  constructor(mood: Mood) {
    super();
    this.#mood = mood;
  }

  protected async act(_model: Model, world: World): Promise<void> {
    world.server.mood = this.#mood;
  }

  toString(): string {
    return `server(${this.#mood})`;
  }
}

class Lock extends Step {
  readonly #locked: boolean;

  constructor(locked: boolean) {
    super();
    this.#locked = locked;
  }

  protected async act(model: Model, world: World): Promise<void> {
    model.locked = this.#locked;
    world.store.trouble = this.#locked ? { kind: 'locked' } : undefined;
  }

  toString(): string {
    return this.#locked ? 'lock' : 'unlock';
  }
}

class SignIn extends Step {
  override check(model: Readonly<Model>): boolean {
    return !model.locked && model.person;
  }

  protected async act(model: Model, world: World): Promise<void> {
    world.server.begunAnew();
    // What is there already stays where another is refused.
    if (await world.signIn()) model.signedIn = true;
  }

  /** The try of a secret is a request for a token. */
  protected override get insists(): boolean {
    return true;
  }

  toString(): string {
    return 'signIn';
  }
}

class SignOut extends Step {
  override check(model: Readonly<Model>): boolean {
    return !model.locked && model.person;
  }

  protected async act(model: Model, world: World): Promise<void> {
    world.server.begunAnew();
    await world.broker.logout('lab', { revoke: false });
    model.signedIn = false;
  }

  toString(): string {
    return 'signOut';
  }
}

class Choose extends Step {
  readonly #choice: 'sign_in' | 'later';

  constructor(choice: 'sign_in' | 'later') {
    super();
    this.#choice = choice;
  }

  protected async act(model: Model, world: World): Promise<void> {
    if (!world.desktop.open.has(noticeId)) return;
    if (this.#choice === 'sign_in') model.clicks += 1;
    world.desktop.choose(noticeId, this.#choice);
  }

  toString(): string {
    return `choose(${this.#choice})`;
  }
}

const noticeId = 'sign-in:lab';

export const steps: fc.Arbitrary<Command>[] = [
  fc.constantFrom<Command>(new Ask({}), new Ask({ force: true }), new Ask({ min_ttl: 400 }), new AskTogether()),
  fc.constantFrom(1, 10, 60, 150, lifetime, 3_600).map((seconds) => new Pass(seconds)),
  fc.constantFrom(...moods).map((mood) => new Change(mood)),
  fc.constant(new Change('well')),
  fc.constant(new SignIn()),
  fc.constantFrom<Command>(new SignIn(), new SignOut(), new Sleep()),
  fc.boolean().map((locked) => new Lock(locked)),
  fc.constantFrom('sign_in', 'later').map((choice) => new Choose(choice === 'later' ? 'later' : 'sign_in')),
];

/** Few kinds of steps, so that what a network that is down does is met soon. */
export const stepsOfAnOutage: fc.Arbitrary<Command>[] = [
  fc.constantFrom<Command>(new Ask({}), new Ask({ force: true })),
  fc.constantFrom(10, lifetime).map((seconds) => new Pass(seconds)),
  fc.constantFrom<Mood>('well', 'down').map((mood) => new Change(mood)),
  fc.constant(new SignIn()),
];

async function judge(answer: Answer, model: Model, world: World): Promise<void> {
  if (answer.kind === 'served') {
    model.served += 1;
    if (!model.signedIn) throw new Error('a token was served though nobody is signed in');
    if ((world.server.ends.get(answer.token) ?? 0) <= answer.at) throw new Error('a token that has run out was served');
    const stored = (await world.stored())?.accessToken.reveal();
    if (world.grant.kept && stored !== answer.token)
      throw new Error('a token was served before its record was durable');
    return;
  }
  if (answer.code === 'internal_error') throw new Error('an unexpected failure');
  if (answer.code === 'login_required' && model.signedIn && !(await deserved(world))) {
    throw new Error('a sign-in was asked for although the server has not said twice that the token is dead');
  }
}

/** Two words against the token, or three refusals over two minutes; of a key, its end. */
async function deserved(world: World): Promise<boolean> {
  if (world.grant.renewed === 'never') return world.clock.now() >= endOfKey;
  if (world.grant.renewed === 'again') return false;
  if ((await world.stored()) === undefined) return true;
  const token = world.server.presented.at(-1)?.token;
  const seen = world.server.presented.filter((presented) => presented.token === token);
  const dead = seen.filter(({ mood }) => mood === 'dead_token');
  const refused = seen.filter(({ mood }) => mood === 'bare_refusal');
  return dead.length >= 2 || (refused.length >= 3 && spanOf(refused) >= 120_000);
}

const spanOf = (times: readonly { readonly at: number }[]): number => (times.at(-1)?.at ?? 0) - (times[0]?.at ?? 0);

/** What holds after every step, whatever came before. */
async function holds(model: Model, world: World): Promise<void> {
  const { server, desktop, browsers } = world;
  if (server.mostUnderWay > 1) throw new Error('two refreshes of one account at once');
  if (browsers.opened > model.clicks) throw new Error('a browser was opened that nobody asked for');
  const view = await world.broker.account('lab');
  if (view.state === 'signed_out' && model.signedIn) throw new Error('a login was forgotten');
  if (view.state === 'active' && !model.signedIn) throw new Error('active although nobody is signed in');
  if (view.state === 'active' && desktop.open.has(noticeId)) throw new Error('the notice outlives its reason');
  const stored = await world.stored();
  if (model.signedIn && model.person && stored === undefined) throw new Error('the record is gone');
  if (!world.grant.kept && stored !== undefined) throw new Error('what is for memory only was stored');
  neverSentAgain(server);
}

/**
 * What no refresh token pays for is counted and billed: asked for again only once half of the life is over, as its
 * margin of 300 s is half of it here, unless a caller insists. Nothing is asked for a key.
 */
function asksNoMore({ server, grant }: World, from: number, insisted: boolean): void {
  const asked = server.presented.slice(from);
  if (grant.renewed === 'never' && asked.length > 0) throw new Error('a server was asked about a key');
  if (grant.renewed !== 'again' || insisted) return;
  const early = asked.find(({ sinceTold }) => sinceTold !== undefined && sinceTold < (lifetime / 2) * 1_000);
  if (early !== undefined) throw new Error('a token was asked for again though the last one was still young');
}

/** Twice called dead, at least two seconds apart, is dead for good, unless a forced call asked in between. */
function neverSentAgain(server: World['server']): void {
  const sightings = new Map<string, number[]>();
  for (const { token, at, mood } of server.presented) {
    if (token === undefined) continue;
    const before = sightings.get(token) ?? [];
    if (before.length >= 2 && at - (before[1] ?? at) >= 0 && (before[1] ?? 0) - (before[0] ?? 0) >= 2_000) {
      throw new Error('a token known dead was sent again');
    }
    if (mood === 'dead_token') sightings.set(token, [...before, at]);
  }
}
