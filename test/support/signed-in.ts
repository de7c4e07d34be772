import {
  type AuthorizationServerOptions,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from '../../demo/authorization-server.ts';
import { createKeytray, type Keytray } from './keytray.ts';
import { type Finished, runToEnd } from './processes.ts';
import { labConfig, signIn } from './sign-in.ts';

export interface SignedIn {
  readonly server: RunningAuthorizationServer;
  readonly keytray: Keytray;
  /** The access token the broker holds for the account `lab` now. */
  token(): Promise<string>;
  /** A fresh one. */
  refresh(): Promise<string>;
  /** Runs a program of the machine in the home of this Keytray, with our programs first on its PATH. */
  run(file: string, args: readonly string[], options?: RunOptions): Promise<Finished>;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The real broker with the account `lab`, signed in at a real authorization server. `lists` are further lines of the
 * account: `curl: [api.example]`; `git` are its git hosts.
 */
export async function startSignedIn(
  lists: readonly string[],
  options: { readonly git?: readonly string[]; readonly server?: AuthorizationServerOptions } = {},
): Promise<SignedIn> {
  const server = await startAuthorizationServer(options.server);
  const keytray = await createKeytray();
  const close = async () => {
    await keytray.close();
    await server.close();
  };
  try {
    const more = lists.map((line) => `    ${line}\n`).join('');
    await keytray.configure(labConfig({ issuer: server.issuer, git: options.git ?? [], more }));
    await keytray.startAgent();
    const login = await signIn(keytray, 'lab');
    if (login.state !== 'succeeded') throw new Error(`the sign-in did not succeed: ${login.state}`);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    server,
    keytray,
    token: async () => (await keytray.api.token('lab', {})).access_token ?? '',
    refresh: async () => (await keytray.api.token('lab', { force: true })).access_token ?? '',
    run: (file, args, { input = '', env = {} } = {}) =>
      runToEnd(file, args, { env: { ...keytray.env, ...env }, cwd: keytray.env.HOME ?? '/', input }),
    close,
  };
}
