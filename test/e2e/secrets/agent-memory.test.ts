import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { followForms } from '../../../demo/built-in-user-agent.ts';
import { startChild } from '../../../demo/children.ts';
import { createKeytray, type Keytray, program, saysThatItListens } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { heldInMemory } from '../../support/process-memory.ts';
import { runToEnd } from '../../support/processes.ts';
import { labConfig } from '../../support/sign-in.ts';

const person = 64_321;

/** The agent of a person who is not root, seen by another program of the same person. */
describe('the memory of the agent', () => {
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let agent: ChildProcess | undefined;
  const others: ChildProcess[] = [];

  beforeEach(async () => {
    server = await startAuthorizationServer();
    keytray = await createKeytray();
    await keytray.configure(labConfig({ issuer: server.issuer, git: ['git.lab.example'] }));
  });

  afterEach(async () => {
    for (const child of [...others, ...(agent === undefined ? [] : [agent])]) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await keytray.close();
    await server.close();
  });

  const asPerson = { uid: person, gid: person } as const;

  async function startAgent(): Promise<number> {
    const files = readdirSync(keytray.folder, { recursive: true, encoding: 'utf8' });
    for (const file of ['.', ...files]) chownSync(path.join(keytray.folder, file), person, person);
    const options = { ...asPerson, env: keytray.env, cwd: keytray.folder } as const;
    const started = spawn(program('keytray'), ['agent'], { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    agent = started;
    await saysThatItListens(started);
    return started.pid ?? 0;
  }

  /** What a program of the same person gets out of /proc/PID, file by file. */
  async function readable(pid: number): Promise<Record<string, string>> {
    const script = `for f in mem environ maps auxv fd/0 cwd exe; do
      if [ -L /proc/${pid}/$f ]; then readlink /proc/${pid}/$f >/dev/null; else head -c 1 /proc/${pid}/$f >/dev/null; fi 2>/dev/null && echo $f yes || echo $f no
    done`;
    const { stdout } = await asOther('/bin/sh', ['-c', script]);
    return Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    );
  }

  const toPerson = [`--reuid=${person}`, `--regid=${person}`, '--clear-groups'];
  const asOther = (file: string, args: readonly string[], input = '') =>
    runToEnd('setpriv', [...toPerson, file, ...args], { env: keytray.env, cwd: keytray.folder, input });

  /** The browser is the person's too: the listener takes no other user's connection, not even root's. */
  async function signIn(): Promise<void> {
    const login = startChild('setpriv', [...toPerson, program('keytray'), 'login', 'lab', '--no-browser'], {
      env: keytray.env,
      cwd: keytray.folder,
    });
    const stopAt = (url: URL) => url.pathname.startsWith('/callback');
    const { url } = await followForms(await login.firstLine(), { login: 'ada', stopAt });
    const { stdout } = await asOther('curl', ['-sS', url.href]);
    expect(stdout).toContain('signed in');
    expect(await login.ended).toMatchObject({ status: 0 });
  }

  needsRoot('is closed to other programs of the same person; another process of theirs is not', async () => {
    const pid = await startAgent();
    const plain = spawn('/bin/sleep', ['60'], { ...asPerson, env: {}, stdio: 'ignore' });
    others.push(plain);
    expect(statSync(`/proc/${plain.pid}/environ`).uid).toBe(person);
    expect(await readable(plain.pid ?? 0)).toMatchObject({ environ: 'yes', maps: 'yes', exe: 'yes', cwd: 'yes' });

    expect(statSync(`/proc/${pid}/environ`).uid).toBe(0);
    const refused = { mem: 'no', environ: 'no', maps: 'no', auxv: 'no', 'fd/0': 'no', cwd: 'no', exe: 'no' };
    expect(await readable(pid)).toEqual(refused);
  });

  needsRoot('is open to root, who finds the token there: what nothing here can prevent', async () => {
    const pid = await startAgent();
    await signIn();
    const { stdout } = await asOther(program('keytray'), ['token', 'lab']);
    expect(stdout).toMatch(/^\S{20,}\n$/);
    const token = stdout.trim();
    expect(heldInMemory(pid, [token, `never${Math.random()}seen`])).toEqual([token]);
  });

  needsRoot('does not keep the agent from naming those who ask', async () => {
    await startAgent();
    await signIn();
    const get = 'protocol=https\nhost=git.lab.example\n\n';
    const answer = await asOther(program('git-credential-keytray'), ['get'], get);
    expect(answer.stdout).toMatch(/^password=\S{20}/m);
    const lines = (await keytray.log()).split('\n').filter((line) => line.includes('"handed out"'));
    expect(lines).toEqual([expect.stringMatching(/"protocol":"git",.*"executable":"\//)]);
    // Root is another person here.
    await expect(keytray.api.status()).rejects.toThrow('belongs to uid');
  });
});
