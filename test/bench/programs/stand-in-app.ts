import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, Tray } from '../../support/electron-stand-in/index.ts';

/**
 * `stand-in-app.mjs REPOSITORY app|alone …`: the built main process in plain Node with the stand-in for Electron, or
 * the stand-in without it. Prints a line once the menu of the tray is set, or once it is loaded. Ends on SIGTERM. Built
 * by desktop/stand-in-build.ts, with `electron.mjs` beside it.
 */

const [, , repository = '', what] = process.argv;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function runApp(): Promise<number> {
  const standIn = pathToFileURL(join(import.meta.dirname, 'electron.mjs')).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
  });
  const setContextMenu = Tray.prototype.setContextMenu;
  Tray.prototype.setContextMenu = function (menu) {
    setContextMenu.call(this, menu);
    say('menu');
  };
  app.getAppPath = () => repository;
  await import(pathToFileURL(join(repository, 'out/app/main.js')).href);
  app.testBecomeReady();
  return await app.testExited();
}

if (what === 'app') {
  process.exit(await runApp());
} else {
  process.once('SIGTERM', () => process.exit());
  setInterval(() => undefined, 60_000);
  say('loaded');
}
