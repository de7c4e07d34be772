import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileCache } from './compile-cache.ts';

const entry = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

export interface CliResult {
  /** 128 + n is what our program ended with, not a signal: those are in `signal`. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves once standard output holds `text`. Rejects when the program ends without having said it. */
  said(text: string | RegExp): Promise<string>;
  readonly ended: Promise<CliResult>;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Written at once and closed; without it standard input stays open and silent. */
  readonly stdin?: string;
  readonly cwd?: string;
}

/** The command line as a real process with a home of its own. */
export class CliSandbox implements AsyncDisposable {
  readonly home: string;
  readonly #socketPath: string;
  readonly #children = new Set<ChildProcessWithoutNullStreams>();

  private constructor(home: string, socketPath: string | undefined) {
    this.home = home;
    this.#socketPath = socketPath ?? join(home, 'nobody.sock');
  }

  /** Without a socket path nobody listens where the program looks. */
  static async create(options: { readonly socketPath?: string; readonly config?: string } = {}): Promise<CliSandbox> {
    const sandbox = new CliSandbox(await mkdtemp(join(tmpdir(), 'keytray-cli-')), options.socketPath);
    await mkdir(join(sandbox.home, 'config', 'keytray'), { recursive: true });
    if (options.config !== undefined) await writeFile(sandbox.configFile, options.config, { mode: 0o600 });
    return sandbox;
  }

  get configFile(): string {
    return join(this.home, 'config', 'keytray', 'config.yaml');
  }

  get env(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: this.home,
      XDG_CONFIG_HOME: join(this.home, 'config'),
      XDG_STATE_HOME: join(this.home, 'state'),
      KEYTRAY_SOCKET: this.#socketPath,
      GIT_CONFIG_NOSYSTEM: '1',
    };
  }

  start(args: readonly string[], options: CliOptions = {}): RunningCli {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
      env: { NODE_COMPILE_CACHE: compileCache, ...this.env, ...options.env },
      cwd: options.cwd ?? this.home,
    });
    this.#children.add(child);
    child.stdin.on('error', () => undefined);
    if (options.stdin !== undefined) child.stdin.end(options.stdin);
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    const ended = new Promise<CliResult>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => {
        this.#children.delete(child);
        resolve({ status, signal, ...output });
      });
    });
    const said = (text: string | RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (typeof text === 'string' ? output.stdout.includes(text) : text.test(output.stdout))
            resolve(output.stdout);
        };
        child.stdout.on('data', look);
        look();
        void ended.then(({ stderr }) => reject(new Error(`ended without saying ${String(text)}: ${stderr}`)));
      });
    return { child, said, ended };
  }

  async run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return await this.start(args, { stdin: '', ...options }).ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await rm(this.home, { recursive: true, force: true });
  }
}
