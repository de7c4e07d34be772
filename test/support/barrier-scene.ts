import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BarrierName } from '../../core/ports.ts';
import { signInWithForms } from '../../demo/built-in-user-agent.ts';
import { type BarrierAgentProcess, spawnBarrierAgent } from './barrier-agent.ts';
import type { RotatedGrant } from './barrier-table.ts';
import { createKeytray, type Keytray } from './keytray.ts';
import { type IssuedPair, type RotatingServer, startRotatingServer } from './rotating-server.ts';

const lifetimeOfFirstToken = 1_000;

export interface Death {
  /** Every barrier the refresh passed, the last one included. */
  readonly passed: readonly string[];
  /** What the caller of the token was told: nothing, when the broker died under the call. */
  readonly answered: boolean;
}

export interface BarrierScene {
  readonly keytray: Keytray;
  readonly grant: RotatedGrant;
  readonly server: RotatingServer;
  /** Signs in with the ordinary agent, which may run already, ends it, and waits until the access token has run out. */
  signInAndStop(): Promise<IssuedPair>;
  /** A refresh in an agent that is killed from outside at `barrier`. `prepare` runs once the record was read. */
  dieAt(barrier: BarrierName, prepare?: () => Promise<void>): Promise<Death>;
  /** A refresh in an agent that stops nowhere: the barriers it passed, in order. */
  passAll(prepare?: () => Promise<void>): Promise<readonly string[]>;
  /** An agent that is killed at `barrier` while it reads its records, without being asked for anything. */
  dieStarting(barrier: BarrierName): Promise<readonly string[]>;
  /** A refresh in an agent that is killed while the server has rotated and not answered. */
  dieUnanswered(prepare?: () => Promise<void>): Promise<Death>;
  close(): Promise<void>;
}

/** How the account comes to its first record, whose access token lives a second. */
interface FirstSignIn {
  /** Of the account, but for its store. */
  config(issuer: string): string;
  signIn(keytray: Keytray, server: RotatingServer): Promise<void>;
}

const signIns: Readonly<Record<RotatedGrant, FirstSignIn>> = {
  authorization_code: {
    config: (issuer) => `service: oidc, issuer: '${issuer}', client_id: keytray, scopes: [git]`,
    async signIn({ api }) {
      const started = await api.startLogin('lab', { user_agent: 'none' });
      await signInWithForms(started.authorization_url ?? '', { login: 'ada' });
      const ended = await api.login(started.login_id, 10);
      if (ended.state !== 'succeeded') throw new Error(`the sign-in ${ended.state}`);
    },
  },
  pasted_code: {
    config: (issuer) => `service: quilt, url: '${issuer}'`,
    async signIn({ api }, server) {
      const { lifetime } = server;
      server.lifetime = lifetimeOfFirstToken / 1_000;
      const started = await api.startLogin('lab', { user_agent: 'none' });
      await api.finishLogin(started.login_id, { fields: { code: server.grant().refresh } });
      server.lifetime = lifetime;
    },
  },
};

/** One account, `lab`, at a server that rotates; `env` brings the keyring or the passphrase. */
export async function createBarrierScene(
  store: 'keychain' | 'encrypted-file',
  env: NodeJS.ProcessEnv,
  grant: RotatedGrant = 'authorization_code',
): Promise<BarrierScene> {
  const server = await startRotatingServer();
  const keytray = await createKeytray(env);
  await keytray.configure(`accounts: { lab: { ${signIns[grant].config(server.issuer)}, store: ${store} } }\n`);
  let agent: BarrierAgent | undefined;

  const start = async (stopAt: string, prepare: (() => Promise<void>) | undefined): Promise<BarrierAgent> => {
    agent = await startBarrierAgent(stopAt, keytray.env);
    const { state } = await keytray.api.account('lab');
    // An access token that ran out makes no other state than an active one: the refresh has not been tried.
    if (state !== 'active') throw new Error(`the account is ${state} before the refresh`);
    await prepare?.();
    return agent;
  };

  const refreshUntil = async (running: BarrierAgent, reached: Promise<unknown>): Promise<Death> => {
    let answered = false;
    const call = keytray.api.token('lab', {}).then(
      () => {
        answered = true;
      },
      () => undefined,
    );
    await Promise.race([reached, call.then(() => running.lastWords())]);
    await running.kill();
    await call;
    return { passed: [...running.passed], answered };
  };

  return {
    keytray,
    grant,
    server,
    async signInAndStop() {
      // What a failed test left running must not fail the next one too.
      await agent?.kill();
      if (!keytray.agentRuns) await keytray.startAgent();
      await signIns[grant].signIn(keytray, server);
      const pair = server.issued.at(-1);
      if (pair === undefined) throw new Error('the server has issued nothing');
      await Promise.all([keytray.stopAgent(), sleep(lifetimeOfFirstToken)]);
      return pair;
    },
    async dieAt(barrier, prepare) {
      const running = await start(barrier, prepare);
      return await refreshUntil(running, running.reached(barrier));
    },
    async dieStarting(barrier) {
      agent = await startBarrierAgent(barrier, keytray.env);
      await agent.reached(barrier);
      await agent.kill();
      return agent.passed;
    },
    async dieUnanswered(prepare) {
      const running = await start('none', prepare);
      return await refreshUntil(running, server.swallowNextReply());
    },
    async passAll(prepare) {
      const running = await start('none', prepare);
      await keytray.api.token('lab', {});
      await running.kill();
      return running.passed;
    },
    async close() {
      await agent?.kill();
      await keytray.close();
      await server.close();
    },
  };
}

export interface BarrierAgent {
  readonly passed: readonly string[];
  reached(barrier: string): Promise<void>;
  /** Gives the pipe time to bring what was printed before an answer. */
  lastWords(): Promise<void>;
  kill(): Promise<void>;
}

/** Resolves once it listens. */
export async function startBarrierAgent(stopAt: string, env: NodeJS.ProcessEnv): Promise<BarrierAgent> {
  const child = await spawnBarrierAgent(stopAt, env);
  const passed: string[] = [];
  const waiting = new Map<string, () => void>();
  createInterface(child.stdout).on('line', (line) => {
    passed.push(line);
    waiting.get(line)?.();
  });
  await listening(child);
  return {
    passed,
    reached: (barrier) =>
      new Promise((resolve) => {
        waiting.set(barrier, resolve);
        if (passed.includes(barrier)) resolve();
      }),
    lastWords: () => sleep(100),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}

async function listening(child: BarrierAgentProcess): Promise<void> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!said.includes('listening on')) {
    if (child.exitCode !== null) throw new Error(`the agent ended with ${child.exitCode}: ${said}`);
    await Promise.race([once(child.stderr, 'data'), once(child, 'exit')]);
  }
}
