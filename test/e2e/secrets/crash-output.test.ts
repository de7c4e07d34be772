import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { knownSecrets } from '../../support/known-secrets.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';

/** Where a core goes that nothing prevents: a file in the working directory, or a program that collects them. */
const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
const isPlainFile = !pattern.startsWith('|') && !pattern.includes('/');

describe('what a crash of the agent leaves behind', () => {
  let keytray: Keytray;
  let cwd: string;
  let agent: ChildProcess;
  let said: string;

  beforeEach(async () => {
    keytray = await createKeytray();
    cwd = path.join(keytray.folder, 'cwd');
    await mkdir(cwd);
    await keytray.configure('accounts: {}\n');
    said = '';
    agent = unlimited(`exec '${program('keytray')}' agent`);
    await expect.poll(() => said, { timeout: 10_000 }).toContain('listening on');
  });

  afterEach(async () => {
    if (agent.exitCode === null && agent.signalCode === null) {
      agent.kill('SIGKILL');
      await once(agent, 'exit');
    }
    await keytray.close();
  });

  /** Runs in a shell that allows cores of any size. */
  function unlimited(script: string): ChildProcess {
    const shell = ['-c', `ulimit -c unlimited; ${script}`];
    const child = spawn('/bin/sh', shell, { cwd, env: keytray.env, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    return child;
  }

  it.each(['SIGSEGV', 'SIGABRT', 'SIGQUIT', 'SIGBUS'] as const)('is no core dump, after %s', async (signal) => {
    agent.kill(signal);
    await once(agent, 'exit');
    expect(agent.signalCode).toBe(signal);
    expect(await readdir(cwd)).toEqual([]);
  });

  it.each(['SIGSEGV', 'SIGABRT'] as const)('is no token of an account that was signed in, after %s', async (signal) => {
    const secrets = knownSecrets();
    const server = await startAuthorizationServer({ onTokenExchange: secrets.onTokenExchange });
    try {
      await keytray.configure(labConfig({ issuer: server.issuer }));
      expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
      await keytray.api.token('lab', { force: true });
      agent.kill(signal);
      await once(agent, 'exit');
    } finally {
      await server.close();
    }
    expect(secrets.kinds()).toContain('refresh_token');
    const entries = await readdir(keytray.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    expect(files.map((file) => path.basename(file))).toContain('agent.log');
    for (const file of files) expect(secrets.foundIn(await readFile(file, 'latin1'))).toEqual([]);
    expect(secrets.foundIn(said)).toEqual([]);
  });

  it('would be one on this machine, but for the agent', async () => {
    const other = unlimited('kill -SEGV $$');
    await once(other, 'exit');
    expect(other.signalCode).toBe('SIGSEGV');
    const left = await readdir(cwd);
    // Where a collector takes them there is nothing to see, and the limit below is what keeps it from the agent's.
    expect(left.length).toBe(isPlainFile ? 1 : 0);
  });

  it('could not even be taken by a collector: the limit is one byte, for its children too', async () => {
    const limits = await readFile(`/proc/${agent.pid}/limits`, 'utf8');
    expect(limits).toMatch(/^Max core file size +1 /m);
  });

  it('is no inspector: SIGUSR1, by which others open one, is ignored', async () => {
    const other = unlimited(
      `exec '${process.execPath}' --inspect-port=0 -e 'process.stderr.write("up"); setInterval(() => {}, 1e3)'`,
    );
    await expect.poll(() => said).toContain('up');
    other.kill('SIGUSR1');
    await expect.poll(() => said, { timeout: 10_000 }).toContain('Debugger listening');
    other.kill('SIGKILL');
    await once(other, 'exit');

    said = '';
    for (let time = 0; time < 3; time += 1) {
      agent.kill('SIGUSR1');
      await keytray.api.status();
    }
    expect(said).toBe('');
    expect(agent.exitCode).toBeNull();
  });

  it('is no report and no snapshot', async () => {
    agent.kill('SIGUSR2');
    await once(agent, 'exit');
    expect(agent.signalCode).toBe('SIGUSR2');
    expect(await readdir(cwd)).toEqual([]);
    expect(said).toMatch(/^keytray: listening on [^\n]*\n$/);
  });
});
