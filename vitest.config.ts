import { defineConfig } from 'vitest/config';

const project = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout },
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
    ],
    maxWorkers: 2,
  },
});
