import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';
import { optional } from './bundle-program.ts';
import { leanBundle, withoutBlanks } from './lean-bundle.ts';

/** Native add-ons, what starts workers of its own, and what only Electron has. */
const external = ['electron', 'koffi', 'pino', 'keytar', ...optional];

function common(root: string, outDir: string): InlineConfig {
  return { root, configFile: false, envDir: false, publicDir: false, logLevel: 'warn', build: { outDir } };
}

/** The main process as one ES module, and the preload script as one CommonJS file, as its sandbox wants it. */
export async function buildElectron(root: string, outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const shared = { ssr: true, outDir, emptyOutDir: false, target: 'node24', minify: false, sourcemap: true } as const;
  await build({
    ...common(root, outDir),
    plugins: leanBundle(),
    ssr: { target: 'node', noExternal: true, external },
    build: {
      ...shared,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { main: join(root, 'electron/main.ts') },
        output: {
          format: 'es',
          minify: withoutBlanks,
          entryFileNames: '[name].js',
          chunkFileNames: 'main-[name]-[hash].js',
        },
      },
    },
  });
  await build({
    ...common(root, outDir),
    ssr: { target: 'node', noExternal: true, external: ['electron'] },
    build: {
      ...shared,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { preload: join(root, 'electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  });
  await cp(join(root, 'electron/icons'), join(outDir, 'icons'), { recursive: true });
  await cp(join(root, 'build/packaging/icons/keytray-256.png'), join(outDir, 'icons/window.png'));
}
