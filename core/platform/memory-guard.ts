import { forbidDumping, lowerCoreLimit } from './libc.ts';

/**
 * Keeps the memory of this process out of files and out of debuggers: no core dump, no diagnostic report, no
 * inspector on SIGUSR1. Call it before the first secret is read. What a launcher can do beyond is `--disable-sigusr1`,
 * and to drop NODE_OPTIONS. See docs/threat-model.md.
 */
export function guardMemory(): void {
  lowerCoreLimit();
  if (process.platform === 'linux') forbidDumping();
  // Without a listener Node opens its inspector on 127.0.0.1, where every user of the machine could connect.
  process.on('SIGUSR1', () => undefined);
  // Electron may be built without it, whatever the types say.
  const report: NodeJS.ProcessReport | undefined = Reflect.get(process, 'report');
  if (report === undefined) return;
  report.reportOnFatalError = false;
  report.reportOnSignal = false;
  report.reportOnUncaughtException = false;
  report.excludeEnv = true;
}
