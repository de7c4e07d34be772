import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeytray, type Keytray, repository } from '../../support/keytray.ts';
import { waitFor } from '../../support/wait-for.ts';

const program = path.join(repository, 'test/support/programs/built-app.ts');
const built = (name: string) => readFile(path.join(repository, 'out/app', name), 'utf8');

describe('the main process as it is built', () => {
  let keytray: Keytray;
  beforeAll(async () => {
    keytray = await createKeytray();
    await keytray.configure('');
  });
  afterAll(() => keytray.close());

  /** Resolves when it serves. */
  async function start() {
    const app = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, '--autostart'], {
      env: keytray.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    app.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = once(app, 'exit');
    await waitFor('the app', async () =>
      keytray.api.status().then(
        ({ kind }) => kind === 'desktop',
        () => app.exitCode !== null,
      ),
    );
    return { app, ended, said: () => said };
  }
  const log = () => readFile(path.join(keytray.folder, 'state/keytray/desktop.log'), 'utf8');

  it.each(['SIGTERM', 'SIGINT'] as const)('serves from its bundle, and drains on %s', async (signal) => {
    const { app, ended, said } = await start();
    expect(said()).toBe('');
    expect(await keytray.api.status()).toMatchObject({ kind: 'desktop', pid: app.pid });
    app.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(await log()).toContain('"msg":"stopping"');
  });

  it('leaves in its log why it crashed, without the words of the error', async () => {
    const { app, ended, said } = await start();
    app.kill('SIGUSR2');
    expect(await ended).toEqual([1, null]);
    expect(await log()).toContain('"msg":"unexpected failure"');
    expect(said()).toContain('unexpected failure: Error');
    expect(`${await log()}${said()}`).not.toContain('hunter2');
  });

  it('has a preload script of one CommonJS file that asks for Electron alone', async () => {
    const text = await built('preload.cjs');
    const asked = [...text.matchAll(/\b(?:require|import)\(\s*["'`]([^"'`]+)/g)].map(([, name]) => name);
    expect(asked).toEqual(['electron']);
    expect(text).not.toMatch(/^\s*(?:import|export)\s/m);
  });

  it('asks for nothing at run time but Electron, Node and what packages bring along', async () => {
    const text = await built('main.js');
    const imports = /^(?:import[^;]+;\s*)+/.exec(text)?.[0] ?? '';
    const asked = [...imports.matchAll(/import\b[^"']*["']([^"']+)["'];/g)].map(([, name]) => name ?? '');
    const others = asked.filter((name) => !name.startsWith('node:') && !name.startsWith('./'));
    expect(new Set(others)).toEqual(new Set(['electron', 'koffi', 'pino']));
  });
});
