import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { launcher } from '../cli/installation.ts';
import { Secret } from '../core/secret.ts';
import type { DemoBrowser } from './browser.ts';
import { type Child, type Ran, run, startChild } from './children.ts';
import type { CleanUp } from './clean-up.ts';
import { type Sandbox, writeConfig } from './sandbox.ts';
import { accessTokenLifetime, clientId, robot, type Servers } from './servers.ts';
import type { Steps } from './steps.ts';

/** The last line, about cleaning up, is written when that is done. */
export const lastStep = 9;

const account = 'demo';
const robotAccount = 'robot';
const person = 'ada';

export interface Cast {
  readonly browser: DemoBrowser;
  readonly sandbox: Sandbox;
  readonly servers: Servers;
  readonly steps: Steps;
  readonly cleanUp: CleanUp;
}

/** Every step throws unless it proved what it says. */
export async function play(cast: Cast): Promise<void> {
  const { servers, steps } = cast;
  steps.passed('Started an authorization server and a git server that wants its tokens');
  steps.detail(`${servers.issuer}, ${servers.git.url}`);
  await startBroker(cast);
  await signIn(cast);
  await clone(cast);
  await outliveToken(cast);
  await push(cast);
  await askWithoutBrowser(cast);
  await signOut(cast);
}

/** Fails with `otherwise` unless it holds: a demo that proves nothing must not look like one that does. */
function prove(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function keytray({ sandbox }: Cast, ...args: readonly string[]): Promise<Ran> {
  return run(launcher('keytray'), args, { env: sandbox.env, cwd: sandbox.home });
}

function git({ sandbox }: Cast, ...args: readonly string[]): Promise<Ran> {
  return run('git', args, { env: sandbox.env, cwd: sandbox.home });
}

async function startBroker(cast: Cast): Promise<void> {
  const { sandbox, servers, steps, cleanUp } = cast;
  await access(launcher('keytray')).catch(() => {
    throw new Error('out/bin/keytray is missing: run npm run build');
  });
  await writeConfig(sandbox, {
    issuer: servers.issuer,
    person: { id: account, clientId, gitHost: servers.git.host },
    robot: { id: robotAccount, clientId: robot.clientId },
  });
  const broker = startChild(launcher('keytray'), ['agent'], { env: sandbox.env, cwd: sandbox.home });
  cleanUp.defer(() => broker.stop());
  await answers(sandbox.socket, broker);
  steps.passed(`Started the broker (keytray agent, process ${broker.pid}) with a throw-away configuration`);
  steps.detail('tokens in memory only, socket in a private folder');
}

async function answers(socket: string, broker: Child): Promise<void> {
  const ended = broker.ended.then((ran) => {
    throw new Error(`the broker ended with ${ran.status}: ${ran.stderr.trim()}`);
  });
  const connected = (async () => {
    while (!(await canConnect(socket))) await wait(50);
  })();
  ended.catch(() => undefined);
  await Promise.race([connected, ended]);
}

function canConnect(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => resolve(true)).once('error', () => resolve(false));
    connection.once('connect', () => connection.destroy());
  });
}

async function signIn(cast: Cast): Promise<void> {
  const { browser, sandbox, servers, steps, cleanUp } = cast;
  const login = startChild(launcher('keytray'), ['login', account, '--no-browser'], {
    env: sandbox.env,
    cwd: sandbox.home,
  });
  cleanUp.defer(() => login.stop());
  const url = new URL(await login.firstLine());
  prove(url.origin === new URL(servers.issuer).origin, `the sign-in would go to ${url.origin}`);
  prove(url.searchParams.get('code_challenge_method') === 'S256', 'the authorization request has no PKCE challenge');
  if (browser.byHand) steps.detail(`Your browser opens. Sign in as ${person}; any other name works too.`);
  await browser.signIn(url, { login: person, home: sandbox.home }, cleanUp);
  const ran = await login.ended;
  prove(ran.status === 0, `keytray login ended with ${ran.status}: ${ran.stderr.trim()}`);
  prove(servers.grants().signIns === 1, 'the code was not exchanged exactly once');
  const [who] = ran.stdout.trim().split('\n').slice(-1);
  steps.passed(`Signed in through PKCE ${browser.title} as ${person}`);
  steps.detail(who ?? '');
}

async function clone(cast: Cast): Promise<void> {
  const { sandbox, servers, steps } = cast;
  await keytray(cast, 'setup', 'git');
  await git(cast, 'clone', '--quiet', `${servers.git.url}/api.git`);
  await access(join(sandbox.home, 'api/README.md'));
  prove(
    servers.git.requests.some((request) => request.ok),
    'the git server never saw a valid token',
  );
  prove(
    servers.git.requests.some((request) => !request.ok),
    'the git server let git in without a token',
  );
  steps.passed('git clone: refused without a token, served with the one Keytray gave to git');
}

async function outliveToken(cast: Cast): Promise<void> {
  const { sandbox, servers, steps } = cast;
  const first = servers.presented();
  if (first === undefined) throw new Error('git has shown no token');
  const before = servers.grants();
  steps.detail(`waiting for the token to run out (${accessTokenLifetime} s) …`);
  while (await servers.isActive(first)) await wait(200);
  await git(cast, '--git-dir', servers.repository, 'branch', 'news', 'main');
  const fetched = await git(cast, '-C', join(sandbox.home, 'api'), 'fetch');
  prove(fetched.stderr.includes('news'), `git fetch did not bring the new branch: ${fetched.stderr.trim()}`);
  const after = servers.grants();
  prove(after.refreshes === before.refreshes + 1, `${after.refreshes - before.refreshes} refreshes instead of one`);
  prove(after.signIns === before.signIns, 'there was another sign-in');
  prove(servers.presented()?.reveal() !== first.reveal(), 'git has shown the old token again');
  steps.passed('git fetch after the token had run out: one refresh, no new sign-in');
}

async function push(cast: Cast): Promise<void> {
  const { sandbox, servers, steps } = cast;
  const work = join(sandbox.home, 'api');
  await git(cast, '-C', work, 'commit', '--quiet', '--allow-empty', '--message=From the demo');
  await git(cast, '-C', work, 'push', '--quiet', 'origin', 'main');
  const { stdout } = await git(cast, '--git-dir', servers.repository, 'log', '-1', '--format=%s', 'main');
  prove(stdout.trim() === 'From the demo', 'the commit did not arrive');
  steps.passed('git push: the commit arrived');
}

async function askWithoutBrowser(cast: Cast): Promise<void> {
  const { sandbox, servers, steps } = cast;
  const input = `${robot.secret.reveal()}\n`;
  const login = await run(launcher('keytray'), ['login', robotAccount], {
    env: sandbox.env,
    cwd: sandbox.home,
    input,
  });
  const asked = [await keytray(cast, 'token', robotAccount), await keytray(cast, 'token', robotAccount)];
  const [first, second] = asked.map(({ stdout }) => new Secret(stdout.trim()));
  if (first === undefined || second === undefined) throw new Error('keytray token gave nothing');
  prove(first.equals(second), 'the second call got another token');
  prove(await servers.isActive(first), 'keytray token gave a token that does not work');
  prove(servers.grants().robots === 1, `${servers.grants().robots} token requests instead of one`);
  steps.passed('A second account with a client secret, without a browser: one token for two calls');
  steps.detail(login.stdout);
}

async function signOut(cast: Cast): Promise<void> {
  const { servers, steps } = cast;
  const { stdout: table } = await keytray(cast, 'status');
  // One with time left, so that it is the revocation that ends it.
  const { stdout: printed } = await keytray(cast, 'token', account, '--min-ttl', `${accessTokenLifetime / 2}`);
  const token = new Secret(printed.trim());
  prove(await servers.isActive(token), 'keytray token gave a token that does not work');
  const { stdout } = await keytray(cast, 'logout', account);
  prove(!(await servers.isActive(token)), 'the token still works after signing out');
  steps.passed('keytray logout: the server has revoked the tokens');
  const row = table.split('\n').find((line) => line.startsWith(`${account} `));
  steps.detail(`before: ${row ?? ''}\nafter:  ${stdout.trim()}`);
}
