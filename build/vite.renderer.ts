import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig, Plugin } from 'vite';

const root = join(import.meta.dirname, '..');

/**
 * Every component brings its few words in more than thirty languages. The window is in English, so the others would
 * only be weight.
 */
function englishOnly(): Plugin {
  const other = /[\\/]intl[\\/].*[\\/](?!en-US\.)[a-z]{2}-[A-Z]{2}\.m?js$/;
  return {
    name: 'keytray-english-only',
    enforce: 'pre',
    load: (id) => (other.test(id) ? 'export default {}' : null),
  };
}

/** The pages as files that any server with a strict content security policy can serve: no inline script or style. */
export function rendererConfig(outDir: string = join(root, 'out/app/renderer')): InlineConfig {
  return {
    root: join(root, 'renderer'),
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    base: './',
    plugins: [react(), englishOnly()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'chrome140',
      // The polyfill is an inline script.
      modulePreload: { polyfill: false },
      // A font or a picture as data: is not `self`.
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      // One window, loaded from disk.
      chunkSizeWarningLimit: 1_000,
      // A busy machine is no news.
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  };
}

/** Whatever the caller's NODE_ENV: libraries look at it, and draw otherwise where it is `test`. */
export async function buildRenderer(outDir?: string): Promise<void> {
  const { build } = await import('vite');
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build(rendererConfig(outDir));
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}
