import { setTimeout as sleep } from 'node:timers/promises';
import { KeytrayError } from '../../core/errors.ts';
import { randomStream } from '../simulation/random.ts';
import { type Keyring, startKeyring } from '../support/keyring.ts';
import { createKeytray, type Keytray, program } from '../support/keytray.ts';
import { runToEnd } from '../support/processes.ts';
import { type RotatingServer, startRotatingServer } from '../support/rotating-server.ts';
import { signIn } from '../support/sign-in.ts';

export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface SoakResult {
  readonly seed: number;
  /** What must never happen, in words; empty where the soak passed. */
  readonly violations: readonly string[];
  readonly handedOut: number;
  /** Answers that a caller has to live with for a moment: the broker or the server was away. */
  readonly turnedAway: number;
  readonly kills: number;
  readonly keyringRestarts: number;
  readonly outages: number;
  readonly refreshes: number;
}

const accounts = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Seconds a token lives: every few answers need a refresh. */
const lifetime = 3;
/** Of the server: how long a spent refresh token is forgiven. Milliseconds. */
const graceWindow = 60_000;

const config = (issuer: string): string => `accounts:
${accounts
  .map(
    (id) => `  ${id}:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: [git]
    git: [git-${id}.lab.example]
    store: keychain
`,
  )
  .join('')}`;

/**
 * Real time, real processes: callers ask all the time for tokens that live for seconds, while the broker is killed,
 * the keyring restarted and the server away, again and again. In the end everybody is signed in as before.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const keyring = await startKeyring();
  const server = await startRotatingServer({ graceWindow });
  server.lifetime = lifetime;
  const keytray = await createKeytray(keyring.env);
  try {
    await keytray.configure(config(server.issuer));
    await keytray.startAgent();
    for (const account of accounts) {
      const { state } = await signIn(keytray, account);
      if (state !== 'succeeded') throw new Error(`the sign-in of ${account} ${state}`);
    }
    return await new Soak(options, keyring, server, keytray).run();
  } finally {
    await keytray.close();
    await server.close();
    await keyring.stop();
  }
}

class Soak {
  readonly #options: SoakOptions;
  readonly #keyring: Keyring;
  readonly #server: RotatingServer;
  readonly #keytray: Keytray;
  readonly #violations: string[] = [];
  readonly #counts = { handedOut: 0, turnedAway: 0, kills: 0, keyringRestarts: 0, outages: 0 };
  readonly #end: number;

  constructor(options: SoakOptions, keyring: Keyring, server: RotatingServer, keytray: Keytray) {
    this.#options = options;
    this.#keyring = keyring;
    this.#server = server;
    this.#keytray = keytray;
    this.#end = performance.now() + options.seconds * 1_000;
  }

  async run(): Promise<SoakResult> {
    await Promise.all([
      ...accounts.map((account) => this.#askTokens(account)),
      this.#askByGit(),
      this.#killBroker(),
      this.#restartKeyring(),
      this.#takeServerAway(),
      this.#report(),
    ]);
    this.#server.fault = undefined;
    await this.#everybodyIsSignedIn();
    this.#options.say(this.#line());
    return {
      seed: this.#options.seed,
      violations: this.#violations,
      ...this.#counts,
      refreshes: this.#server.presented.length,
    };
  }

  get #over(): boolean {
    return performance.now() >= this.#end;
  }

  #random(name: string) {
    return randomStream(this.#options.seed, name);
  }

  async #askTokens(account: string): Promise<void> {
    const random = this.#random(`caller ${account}`);
    while (!this.#over) {
      await sleep(random.between(50, 600));
      await this.#ask(account);
    }
  }

  async #ask(account: string): Promise<void> {
    const asked = Date.now();
    try {
      const answer = await this.#keytray.api.token(account, {});
      this.#counts.handedOut += 1;
      if (Date.parse(answer.expires_at ?? '') <= asked)
        this.#violations.push(`${account}: a token that has run out was handed out`);
      if (!this.#server.issued.some(({ access }) => access === answer.access_token)) {
        this.#violations.push(`${account}: a token that no server gave was handed out`);
      }
    } catch (error) {
      this.#counts.turnedAway += 1;
      if (error instanceof KeytrayError && error.code === 'login_required') {
        this.#violations.push(`${account}: a sign-in was asked for (${error.message})`);
      }
    }
  }

  async #askByGit(): Promise<void> {
    const random = this.#random('git');
    while (!this.#over) {
      await sleep(random.between(500, 1_500));
      const account = accounts[random.below(accounts.length)];
      const answer = await runToEnd(program('git-credential-keytray'), ['get'], {
        env: this.#keytray.env,
        cwd: this.#keytray.folder,
        input: `protocol=https\nhost=git-${account}.lab.example\n\n`,
      });
      if (answer.stdout.includes('password=')) this.#counts.handedOut += 1;
      else this.#counts.turnedAway += 1;
      if (answer.stderr.includes('keytray login')) this.#violations.push(`git: ${answer.stderr.trim()}`);
    }
  }

  async #killBroker(): Promise<void> {
    const random = this.#random('kills');
    while (!this.#over) {
      await sleep(random.between(2_000, 6_000));
      await this.#keytray.stopAgent('SIGKILL');
      this.#counts.kills += 1;
      await sleep(random.between(0, 300));
      await this.#keytray.startAgent();
    }
  }

  async #restartKeyring(): Promise<void> {
    const random = this.#random('keyring');
    while (!this.#over) {
      await sleep(random.between(8_000, 20_000));
      await this.#keyring.stopService();
      await sleep(random.between(0, 1_000));
      await this.#keyring.startService();
      this.#counts.keyringRestarts += 1;
    }
  }

  async #takeServerAway(): Promise<void> {
    const random = this.#random('outages');
    while (!this.#over) {
      await sleep(random.between(3_000, 10_000));
      const kind = random.below(3);
      this.#server.fault = ({ response, carryOut }) => {
        if (kind === 0) response.writeHead(503).end('busy');
        else if (kind === 1) response.writeHead(302, { location: 'http://portal.example/' }).end();
        else {
          // Carried out, and the reply is lost on the way.
          carryOut();
          response.destroy();
        }
      };
      this.#counts.outages += 1;
      await sleep(random.between(500, 2_500));
      this.#server.fault = undefined;
    }
  }

  async #report(): Promise<void> {
    while (!this.#over) {
      await sleep(Math.min(30_000, Math.max(0, this.#end - performance.now())));
      this.#options.say(this.#line());
    }
  }

  #line(): string {
    const left = Math.max(0, Math.round((this.#end - performance.now()) / 1_000));
    const { handedOut, turnedAway, kills, keyringRestarts, outages } = this.#counts;
    return [
      `${String(left).padStart(4)} s left`,
      `${handedOut} handed out`,
      `${turnedAway} turned away`,
      `${this.#server.presented.length} refreshes`,
      `${kills} kills`,
      `${keyringRestarts} keyring restarts`,
      `${outages} outages`,
      `${this.#violations.length} violations`,
    ].join(', ');
  }

  /** Once nothing stands in the way any more, every account serves a fresh token without a person. */
  async #everybodyIsSignedIn(): Promise<void> {
    for (const account of accounts) {
      const served = await this.#served(account);
      const { state } = await this.#keytray.api.account(account);
      if (!served || state !== 'active') this.#violations.push(`${account}: ${state} in the end`);
    }
  }

  /** The keyring may still be looked at anew; a minute is longer than any back-off for a caller who waits. */
  async #served(account: string): Promise<boolean> {
    for (let tries = 0; tries < 60; tries += 1) {
      const answer = await this.#keytray.api.token(account, { force: true }).catch(() => undefined);
      if (answer !== undefined) return true;
      await sleep(1_000);
    }
    return false;
  }
}
