import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/**
 * Loaded before the agent (`node --import`): writes, at every SIGUSR2, which files ran since the one before, to
 * WALK_FILE. The counters of V8 begin anew each time (CDP, Profiler.takePreciseCoverage).
 */
const file = process.env.WALK_FILE ?? '';
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
process.on('SIGUSR2', async () => {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const ran = result.filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0));
  writeFileSync(`${file}.new`, JSON.stringify(ran.map(({ url }) => url)));
  renameSync(`${file}.new`, file);
});
