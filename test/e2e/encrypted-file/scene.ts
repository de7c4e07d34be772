import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { BarrierName } from '../../../core/ports.ts';
import { spawnBarrierAgent } from '../../support/barrier-agent.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { type RotatingServer, startRotatingServer } from '../../support/rotating-server.ts';
import { signIn } from '../../support/sign-in.ts';

export type Store = 'keychain' | 'encrypted-file' | 'memory';

export interface Scene {
  readonly keytray: Keytray;
  /** Rotates and forgives no second use: whoever goes on with an older record loses the login. */
  readonly server: RotatingServer;
  /** `$XDG_STATE_HOME/keytray` */
  readonly state: string;
  keepIn(store: Store): Promise<void>;
  signIn(): Promise<void>;
  /** `keytray agent --passphrase-fd 3`, with this line in the descriptor. */
  startWithDescriptor(line: string): Promise<void>;
  /** An agent that stops for ever at the barrier; `reached` resolves when it is there. */
  startStoppingAt(barrier: BarrierName): Promise<{ readonly reached: Promise<void> }>;
  /** Ends whatever agent runs, at this very moment. */
  kill(): Promise<void>;
  /** The login is alive, and its newest record is the one in use: the server took the refresh and rotated. */
  refreshes(): Promise<boolean>;
  /** On a terminal of its own (script(1)): answers each question once it is on the screen. */
  onTerminal(args: string, answers: readonly (readonly [string, string])[]): Promise<Typed>;
  close(): Promise<void>;
}

export interface Typed {
  readonly status: number | null;
  readonly screen: string;
}

/** One account, `lab`. */
export async function createScene(store: Store, env: NodeJS.ProcessEnv = {}): Promise<Scene> {
  const server = await startRotatingServer();
  const keytray = await createKeytray(env);
  let own: ChildProcess | undefined;

  const keepIn = (kept: Store): Promise<void> =>
    keytray.configure(
      `accounts: { lab: { service: oidc, issuer: '${server.issuer}', client_id: keytray, scopes: [git], store: ${kept} } }\n`,
    );
  await keepIn(store);

  const killOwn = async (): Promise<void> => {
    const ending = own;
    own = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill('SIGKILL');
    await gone;
  };
  const listening = async (child: ChildProcess): Promise<void> => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    while (!said.includes('listening on')) {
      if (child.exitCode !== null || child.stderr === null) throw new Error(`the agent did not start: ${said}`);
      await Promise.race([once(child.stderr, 'data'), once(child, 'exit')]);
    }
  };

  return {
    keytray,
    server,
    state: path.join(keytray.folder, 'state', 'keytray'),
    keepIn,
    async signIn() {
      const { state } = await signIn(keytray, 'lab');
      if (state !== 'succeeded') throw new Error(`the sign-in ${state}`);
    },
    async startWithDescriptor(line) {
      const args = ['agent', '--passphrase-fd', '3'];
      own = spawn(program('keytray'), args, { env: keytray.env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
      const descriptor = own.stdio[3];
      if (descriptor === null || descriptor === undefined || !('end' in descriptor)) throw new Error('no descriptor');
      // A killed agent resets what it was given.
      descriptor.on('error', () => undefined).end(`${line}\n`);
      await listening(own);
    },
    async startStoppingAt(barrier) {
      const child = await spawnBarrierAgent(barrier, keytray.env);
      own = child;
      const reached = new Promise<void>((resolve) => {
        let passed = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          passed += text;
          if (passed.split('\n').includes(barrier)) resolve();
        });
      });
      await listening(own);
      return { reached };
    },
    async kill() {
      await killOwn();
      await keytray.stopAgent('SIGKILL');
    },
    async refreshes() {
      const { access_token } = await keytray.api.token('lab', { force: true });
      return access_token === server.issued.at(-1)?.access;
    },
    async onTerminal(args, answers) {
      const child = spawn('script', ['-qec', `exec '${program('keytray')}' ${args}`, '/dev/null'], {
        env: { ...keytray.env, TERM: 'xterm', SHELL: '/bin/sh' },
        cwd: keytray.folder,
      });
      const left = [...answers];
      let screen = '';
      let seen = 0;
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        screen += text;
        const [question = '', answer = ''] = left[0] ?? [];
        const at = left.length === 0 ? -1 : screen.indexOf(question, seen);
        if (at < 0) return;
        seen = at + question.length;
        left.shift();
        child.stdin.write(answer);
      });
      const [status] = await once(child, 'close');
      return { status: typeof status === 'number' ? status : null, screen };
    },
    async close() {
      await killOwn();
      await keytray.close();
      await server.close();
    },
  };
}
