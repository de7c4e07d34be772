import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, run, startChild } from '../../demo/children.ts';
import { type ConfidentialClient, obtainRefreshToken } from './refresh-token.ts';
import { until } from './until.ts';

/** The peer closest in kind: an agent that keeps refresh tokens and hands out access tokens over a Unix socket. */
export interface OidcAgent {
  readonly pid: number;
  readonly socket: string;
  readonly env: NodeJS.ProcessEnv;
  /** Loads an account; a sign-in happens on the way. */
  load(account: string, issuer: string, registration: ConfidentialClient): Promise<void>;
  close(): Promise<void>;
}

/** oidc-agent always authenticates with HTTP Basic, which the test's server refuses from public clients. */
export const oidcAgentClient = { clientId: 'oidc-agent', clientSecret: 'no-secret-of-anybody' };

export async function startOidcAgent(): Promise<OidcAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-bench-peer-'));
  const home = join(folder, 'home');
  // oidc-gen does not start without it.
  await mkdir(join(home, '.config', 'oidc-agent'), { recursive: true });
  const socket = join(folder, 'agent.sock');
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    LC_ALL: 'C.UTF-8',
    HOME: home,
    TMPDIR: folder,
    OIDC_SOCK: socket,
  };
  // In the foreground, so that it is a child like any other and ends with the bench.
  const args = ['-d', '-a', socket, '--no-autoload', '--no-webserver', '--no-scheme'];
  const child: Child = startChild('oidc-agent', args, { env, cwd: folder });
  const close = async (): Promise<void> => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  if (child.pid === undefined) {
    await close();
    throw new Error('oidc-agent did not start');
  }
  const agent = { pid: child.pid, socket, env };
  await until(async () => (await askOidcAgent(socket, { request: 'loaded_accounts' })) !== undefined);
  return {
    ...agent,
    async load(account, issuer, registration) {
      const refreshToken = await obtainRefreshToken(issuer, registration);
      await run(
        'oidc-gen',
        [
          account,
          '--manual',
          `--issuer=${issuer}/`,
          `--client-id=${registration.clientId}`,
          `--client-secret=${registration.clientSecret}`,
          '--scope=openid offline_access',
          '--rt-env=KEYTRAY_BENCH_REFRESH_TOKEN',
          '--pw-env=KEYTRAY_BENCH_PASSWORD',
          '--confirm-default',
          '--prompt=none',
          '--no-url-call',
          '--no-webserver',
        ],
        {
          env: {
            ...env,
            KEYTRAY_BENCH_REFRESH_TOKEN: refreshToken.reveal(),
            KEYTRAY_BENCH_PASSWORD: randomBytes(16).toString('hex'),
          },
          cwd: home,
        },
      );
    },
    close,
  };
}

/** One exchange with the agent, undefined where nobody answers. It speaks bare JSON, one request per connection. */
export function askOidcAgent(socketPath: string, request: object): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(socketPath, () => socket.write(JSON.stringify(request)));
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(answer === '' ? undefined : answer));
  });
}
