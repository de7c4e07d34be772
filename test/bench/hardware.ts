import { arch, cpus, release, totalmem } from 'node:os';
import { run } from '../../demo/children.ts';

/** What the figures depend on, in one line. */
export async function hardwareLine(): Promise<string> {
  const { stdout } = await run('git', ['--version'], { env: process.env, cwd: '/' });
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const model = cores[0]?.model.trim() ?? 'unknown processor';
  return `${cores.length} cores (${model}), ${memory} GiB, ${process.platform} ${release()} ${arch()}, Node ${process.versions.node}, ${stdout.trim()}`;
}
