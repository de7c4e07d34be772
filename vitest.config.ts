import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Electron's own package has no Electron in it until it downloads one. */
const alias = [
  { find: /^electron$/, replacement: join(import.meta.dirname, 'test/support/electron-stand-in/index.ts') },
];

const project = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout, alias },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 30_000),
      project('architecture', 60_000),
      project('integration', 120_000),
      project('e2e', 180_000),
      // 30 days take a minute or two.
      project('simulation', 600_000),
      // Wants a real Electron, which is no part of `npm ci`.
      ...(process.env.KEYTRAY_REAL_ELECTRON === '1' ? [project('desktop', 120_000)] : []),
    ],
    maxWorkers: 2,
  },
});
