import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Electron's own package has no Electron in it until it downloads one. */
const alias = [
  { find: /^electron$/, replacement: join(import.meta.dirname, 'test/support/electron-stand-in/index.ts') },
];

/** Counts the CPU time of each file, where `npm test` asks for it. */
const runner = join(import.meta.dirname, 'test/support/cost-runner.ts');

const project = (name: string, testTimeout: number, isolate: boolean) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout, alias, isolate, runner },
});

export default defineConfig({
  test: {
    projects: [
      // One process for all files: they change nothing that another one sees, and start four times as fast.
      project('unit', 30_000, false),
      project('architecture', 180_000, false),
      project('integration', 120_000, false),
      project('e2e', 180_000, false),
      project('setup-files', 180_000, false),
      project('simulation', 600_000, true),
      // What `npm run test:long` is for: the long forms, minutes each.
      ...(process.env.KEYTRAY_LONG_TESTS === '1' ? [project('long', 900_000, true)] : []),
      // What `npm run test:interop` is for: servers the project did not write, the whole life of an account at each.
      ...(process.env.KEYTRAY_INTEROP_TESTS === '1' ? [project('interop', 120_000, true)] : []),
      // What `npm run test:upgrade` is for: it builds an earlier commit, and so needs the history.
      ...(process.env.KEYTRAY_UPGRADE_TEST === '1' ? [project('upgrade', 120_000, true)] : []),
      // What `npm run test:panels` is for: desktops of some hundred packages that `npm test` does not install.
      ...(process.env.KEYTRAY_PANEL_TESTS === '1' ? [project('panels', 300_000, true)] : []),
      // Wants a real Electron, which is no part of `npm ci`.
      ...(process.env.KEYTRAY_REAL_ELECTRON === '1' ? [project('desktop', 120_000, true)] : []),
    ],
    maxWorkers: 2,
  },
});
