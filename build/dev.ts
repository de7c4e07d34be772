import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { watchSources } from './dev/changes.ts';
import { installedElectron } from './installed-electron.ts';
import { buildElectron } from './vite.electron.ts';
import { buildRenderer } from './vite.renderer.ts';

/**
 * `npm run dev`: the desktop app, built and started anew at every change. The app itself knows nothing of it: a hook
 * for pages from elsewhere would be there in packages too. Without Electron: the pages in a browser.
 */

const root = join(import.meta.dirname, '..');
const out = join(root, 'out/app');
const sources = ['core', 'electron', 'ipc', 'renderer'].map((folder) => join(root, folder));
const say = (line: string): void => void process.stderr.write(`keytray: ${line}\n`);

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function rebuild(): Promise<boolean> {
  try {
    await buildElectron(root, out);
    await buildRenderer(join(out, 'renderer'));
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return false;
  }
}

async function runDesktop(electron: string): Promise<void> {
  let app: ChildProcess | undefined;
  let turn = Promise.resolve();
  const next = async (): Promise<void> => {
    // What cannot be built leaves the one before running.
    if (!(await rebuild())) return;
    await end(app);
    app = spawn(electron, [root], { stdio: 'inherit' });
  };
  const queue = (): void => {
    turn = turn.then(next);
  };
  queue();
  const unwatch = watchSources(sources, queue);
  const stopping = Promise.withResolvers<void>();
  process.once('SIGINT', () => stopping.resolve());
  process.once('SIGTERM', () => stopping.resolve());
  await stopping.promise;
  unwatch();
  await turn;
  await end(app);
}

const electron = installedElectron(join(root, 'node_modules/electron'));
if (electron.kind === 'present') {
  await runDesktop(electron.file);
} else {
  say('Electron is not here (npm start says how to get it), so the pages come up in a browser instead');
  await import('./dev-web.ts');
}
