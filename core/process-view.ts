import type { StatusView } from './local-api/wire.ts';
import { version } from './version.ts';

/** Which process answers, and since when. */
export function processView(
  kind: StatusView['kind'],
  startedAt: number,
): Pick<StatusView, 'version' | 'pid' | 'started_at' | 'kind'> {
  return { version, pid: process.pid, started_at: new Date(startedAt).toISOString(), kind };
}
