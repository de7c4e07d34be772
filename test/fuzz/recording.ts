import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { LocalApiClient } from '../../core/local-api/client/client.ts';
import { Secret } from '../../core/secret.ts';
import { program } from '../support/keytray.ts';
import { runToEnd } from '../support/processes.ts';
import { gitHost, spare, victim } from './words.ts';

export interface Recorded {
  readonly socketPath: string;
  /** A path for the socket that records, in a folder its callers trust. */
  readonly passage: string;
  /** For the helper program. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the helper program runs. */
  readonly folder: string;
}

/** What Keytray's own programs say to a broker in everyday use: one buffer for each of their connections. */
export async function recordTraffic({ socketPath, passage, env, folder }: Recorded): Promise<readonly Buffer[]> {
  const connections: Buffer[][] = [];
  const server = createServer((caller) => {
    const said: Buffer[] = [];
    connections.push(said);
    const broker = connect(socketPath);
    caller.on('data', (chunk: Buffer) => said.push(chunk));
    caller.pipe(broker).pipe(caller);
    for (const [one, other] of [
      [caller, broker],
      [broker, caller],
    ] as const) {
      one.on('error', () => other.destroy());
      one.once('close', () => other.destroy());
    }
  });
  server.listen(passage);
  await once(server, 'listening');
  try {
    await useApi(new LocalApiClient(passage));
    await useHelper({ ...env, KEYTRAY_SOCKET: passage }, folder);
  } finally {
    server.close();
    await rm(passage, { force: true });
  }
  return connections.map((said) => Buffer.concat(said)).filter((said) => said.length > 0);
}

async function useApi(api: LocalApiClient): Promise<void> {
  // What a broker without this or that refuses is traffic as well.
  const said = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);
  await said(api.status());
  await said(api.accounts());
  await said(api.account(victim));
  await said(api.token(victim, {}));
  await said(api.token(victim, { min_ttl: 600, wait: 1 }));
  await said(api.token(victim, { token: 'id' }));
  await said(api.token(victim, { audience: 'https://api.lab.example', scope: 'git' }));
  await said(api.token(victim, { force: true }));
  await said(api.token(spare, {}));
  const login = await api.startLogin(spare, { user_agent: 'none' }).catch(() => undefined);
  const id = login?.login_id ?? 'none';
  await said(api.login(id));
  await said(api.login(id, 1));
  await said(api.finishLogin(id, { code: 'x' }));
  await said(api.finishLogin(id, { redirect_url: 'http://127.0.0.1/callback?code=x&state=y' }));
  await said(api.cancelLogin(id));
  await said(api.logout(spare, { revoke: true }));
  await said(api.setClientSecret(spare, new Secret('a client secret')));
  const stop = new AbortController();
  for await (const _event of api.events(stop.signal)) break;
  stop.abort();
}

async function useHelper(env: NodeJS.ProcessEnv, cwd: string): Promise<void> {
  const git = (operation: string, input: string) =>
    runToEnd(program('git-credential-keytray'), [operation], { env, cwd, input });
  const asked = `protocol=https\nhost=${gitHost}\n`;
  const { stdout } = await git('get', `capability[]=authtype\ncapability[]=state\n${asked}\n`);
  const answered = stdout
    .split('\n')
    .filter((line) => /^(?:username|password)=/.test(line))
    .join('\n');
  await git('get', `${asked}path=team/repository.git\n\n`);
  await git('store', `${asked}${answered}\n\n`);
  await git('erase', `${asked}username=ada\npassword=an-older-one\n\n`);
  await git('erase', `${asked}${answered}\n\n`);
  await git('capability', '');
}
