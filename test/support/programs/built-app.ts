import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Runs the built main process in plain Node: out/app/main.js, with the stand-in where it asks for Electron. */

const standIn = pathToFileURL(path.resolve(import.meta.dirname, '../electron-stand-in/index.ts')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

const { app } = await import('../electron-stand-in/index.ts');
await import(pathToFileURL(path.resolve(import.meta.dirname, '../../../out/app/main.js')).href);
// A fault nobody foresaw, on demand.
process.on('SIGUSR2', () => {
  throw new Error('client_secret=hunter2');
});
app.testBecomeReady();
process.exit(await app.testExited());
