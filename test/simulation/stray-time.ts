import { createHook } from 'node:async_hooks';
import { join } from 'node:path';

/** What comes to rest within one turn of the event loop. Random bytes are drawn at once. */
const restsAtOnce: ReadonlySet<string> = new Set([
  'PROMISE',
  'Microtask',
  'TickObject',
  'Immediate',
  'RANDOMBYTESREQUEST',
]);
const ours = ['core/', 'node_modules/openid-client/', 'node_modules/oauth4webapi/'].map((folder) =>
  join(import.meta.dirname, '../..', folder),
);

/**
 * Runs `work` and tells what the broker or its protocol library has started meanwhile that ends in real time: a timer,
 * a file, a socket. The world does not wait for such a thing, so hours of it may pass before a caller gets an answer.
 */
export async function strayTime(work: () => Promise<unknown>): Promise<readonly string[]> {
  const stray = new Set<string>();
  const hook = createHook({
    init(_id, type) {
      if (restsAtOnce.has(type)) return;
      const frames = new Error().stack?.split('\n') ?? [];
      const from = frames.find((frame) => ours.some((folder) => frame.includes(folder)));
      if (from !== undefined) stray.add(`${type} ${from.trim()}`);
    },
  });
  hook.enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return [...stray];
}
