import path from 'node:path';
import { leanBundle, withoutBlanks } from './lean-bundle.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Stay in node_modules: native add-ons, and what is big but seldom needed. */
const external = ['keytar', 'koffi', 'undici', 'pino'];

/** Looked for by libraries that do without: what happens to lie in node_modules has no place in a package. */
export const optional = ['supports-color', 'pg-cloudflare'];

/** Servers and a browser that only the demo drives, which is in no package. */
const demoOnly = ['oidc-provider', 'playwright-core'];

/** One build per program: shared chunks would make the small programs read what only the big ones need. */
export async function bundleProgram(name: string, source: string, outDir: string): Promise<void> {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    plugins: leanBundle(),
    ssr: { target: 'node', noExternal: true, external: [...external, ...optional, ...demoOnly] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      sourcemap: true,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { [name]: source },
        // Chunks lie beside their program: code that looks for a file next to itself finds it from either.
        output: {
          format: 'es',
          minify: withoutBlanks,
          entryFileNames: '[name].js',
          chunkFileNames: `${name}-[name]-[hash].js`,
        },
      },
    },
  });
}
