import { join } from 'node:path';
import { build } from 'vite';
import { repository } from '../../support/keytray.ts';

/**
 * The stand-in and the program that runs the main process with it, as JavaScript: stripping types would cost tens of
 * megabytes and more time than the whole start. Resolves to the program.
 */
export async function buildStandInApp(folder: string): Promise<string> {
  await build({
    root: repository,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { target: 'node', noExternal: true },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: {
          electron: join(repository, 'test/support/electron-stand-in/index.ts'),
          'stand-in-app': join(repository, 'test/bench/programs/stand-in-app.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  return join(folder, 'stand-in-app.mjs');
}
