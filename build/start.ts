import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { electronLaunchEnvironment } from '../core/platform/start-environment.ts';
import { installedElectron } from './installed-electron.ts';
import { type Lack, readWishes, withoutTray } from './start-choice.ts';

/** `npm start`: the desktop app where its Electron is or can be had at once, else the same broker without a tray. */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const electronFolder = join(root, 'node_modules/electron');
const app = join(root, 'out/app/main.js');

/** Long enough for a good line, short enough to wait for. */
const downloadSeconds = 60;

/** One attempt. What it says is not shown: failing is nothing unusual, and the one line says what to do. */
async function download(seconds: number): Promise<'done' | 'failed' | 'slow'> {
  process.stderr.write(`keytray: downloading Electron (at most ${seconds} s; npm start -- --no-download skips this)\n`);
  const child = spawn(process.execPath, [join(electronFolder, 'install.js')], {
    stdio: 'ignore',
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
  });
  const [code, signal]: (number | string | null)[] = await once(child, 'exit');
  if (code === 0) return 'done';
  return signal === 'SIGKILL' ? 'slow' : 'failed';
}

/** The same process from here on, so that signals and the terminal reach it directly. */
function become(file: string, args: readonly string[], env: NodeJS.ProcessEnv): never {
  if (process.execve === undefined) throw new Error('this system cannot replace a process');
  return process.execve(file, [file, ...args], env);
}

function runAgent(lack: Lack, detail?: string): never {
  process.stderr.write(`${withoutTray(lack, detail)}\n`);
  return become(join(root, 'out/bin/keytray'), ['agent'], process.env);
}

function runDesktop(file: string, rest: readonly string[]): never {
  const { ELECTRON_RUN_AS_NODE: _plainNode, ...env } = process.env;
  return become(file, [root, ...rest], electronLaunchEnvironment(env));
}

async function main(): Promise<never> {
  const { download: mayDownload, rest } = readWishes(process.argv.slice(2), process.env);
  if (!existsSync(app)) return runAgent('app-not-built');
  const first = installedElectron(electronFolder);
  switch (first.kind) {
    case 'present':
      return runDesktop(first.file, rest);
    case 'misplaced':
      return runAgent('misplaced', first.file);
    case 'absent': {
      if (!mayDownload) return runAgent('download-off');
      const outcome = await download(downloadSeconds);
      const second = installedElectron(electronFolder);
      if (second.kind === 'present') return runDesktop(second.file, rest);
      return runAgent(outcome === 'slow' ? 'download-slow' : 'download-failed');
    }
  }
}

await main();
