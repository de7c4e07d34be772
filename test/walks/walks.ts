import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAuthorizationServer } from '../../demo/authorization-server.ts';
import { createKeytray, type Keytray, repository } from '../support/keytray.ts';
import { labConfig, signIn } from '../support/sign-in.ts';
import { waitFor } from '../support/wait-for.ts';

/** Something that happens, and the files of ours that run for it. */
export interface Walk {
  readonly title: string;
  /** More files than that are too many to follow. */
  readonly aim?: number;
  /** Below the repository, in no order. */
  readonly files: readonly string[];
}

const host = 'git.lab.example';
/** Seconds. */
const longer = { IdToken: 3_600, RefreshToken: 86_400, Grant: 86_400, Interaction: 600, Session: 86_400 };
const short = 1;
const rounds = 3;
const recorder = path.join(import.meta.dirname, 'programs/recorder.ts');

/** Takes the four walks through an agent that runs from its sources. */
export async function takeWalks(): Promise<readonly Walk[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-walks-'));
  const recorded = path.join(folder, 'ran.json');
  let lifetime = 3_600;
  const server = await startAuthorizationServer({
    clients: [{ clientId: 'keytray' }],
    configuration: { ttl: { ...longer, AccessToken: () => lifetime } },
  });
  let agent: number | undefined;
  const keytray = await createKeytray({}, undefined, (env) => {
    const main = path.join(repository, 'core/host/agent.ts');
    const started = spawn(process.execPath, ['--import', recorder, main], {
      env: { ...env, WALK_FILE: recorded },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    agent = started.pid;
    return started;
  });
  /** Which files ran since it was asked last. */
  const ran = async (): Promise<readonly string[]> => {
    await rm(recorded, { force: true });
    if (agent !== undefined) process.kill(agent, 'SIGUSR2');
    await waitFor('what the agent recorded', async () => existsSync(recorded));
    const urls = JSON.parse(await readFile(recorded, 'utf8')) as readonly string[];
    return urls.flatMap((url) => (isOurs(url) ? [path.relative(repository, new URL(url).pathname)] : []));
  };
  /** What ran every time: timers of the agent run now and then. */
  const walk = async (happens: () => Promise<unknown>, before = async (): Promise<void> => undefined) => {
    let files: readonly string[] | undefined;
    for (let round = 0; round < rounds; round += 1) {
      await before();
      await ran();
      await happens();
      const now = new Set(await ran());
      files = files?.filter((file) => now.has(file)) ?? [...now];
    }
    return files ?? [];
  };
  try {
    await keytray.configure(labConfig({ issuer: server.issuer, git: [host], more: '    refresh: on-demand\n' }));
    await keytray.startAgent();
    // What is loaded once is loaded before anything is counted.
    await signIn(keytray, 'lab');
    await gitFill(keytray);
    const token = async () => await keytray.api.token('lab', {});
    const aWhile = async (): Promise<void> => await sleep(2 * short * 1_000);
    await token();
    const walks: Walk[] = [
      { title: 'A token over the API', aim: 20, files: await walk(token) },
      { title: 'A credential for git', aim: 25, files: await walk(() => gitFill(keytray)) },
      { title: 'A login', aim: 35, files: await walk(() => signIn(keytray, 'lab')) },
    ];
    lifetime = short;
    await keytray.api.token('lab', { force: true });
    return [...walks, { title: 'A refresh at expiry', files: await walk(token, aWhile) }];
  } finally {
    await keytray.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function gitFill(keytray: Keytray): Promise<void> {
  const input = `protocol=https\nhost=${host}\n\n`;
  const { status } = await keytray.run(['helper', 'git', 'get'], { input });
  if (status !== 0) throw new Error(`git's helper ended with ${status}`);
}

const isOurs = (url: string): boolean =>
  url.startsWith(`file://${repository}/`) && !url.includes('/node_modules/') && !url.includes('/test/walks/');
