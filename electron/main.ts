import { app } from 'electron';
import { endOnCrash } from '../core/platform/crash.ts';
import { guardMemory } from '../core/platform/memory-guard.ts';
import { ignoredNote, takeElectronEnvironment } from '../core/platform/start-environment.ts';
import { startApp } from './start.ts';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
guardMemory();
const umask = process.umask();
const crash = endOnCrash(say);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => app.quit());
// Electron's own children inherit what is left.
const env = takeElectronEnvironment(process.env);
// Not awaited: Electron becomes ready only after this file has run.
void startApp({
  env,
  ignored: ignoredNote(env, process.env),
  platform: process.platform,
  arguments: process.argv,
  here: import.meta.dirname,
  umask,
  say,
  crash,
});
