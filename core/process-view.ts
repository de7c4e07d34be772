import type { HandOutState } from './access/hand-out-gate.ts';
import type { StatusView } from './local-api/wire.ts';
import { version } from './version.ts';

/** Which process answers, and since when. */
export function processView(
  kind: StatusView['kind'],
  startedAt: number,
): Pick<StatusView, 'version' | 'pid' | 'started_at' | 'kind'> {
  return { version, pid: process.pid, started_at: new Date(startedAt).toISOString(), kind };
}

/** Whether tools are served; nothing is said while they are. */
export function handOutsView(state: HandOutState): Pick<StatusView, 'hand_outs'> {
  switch (state.kind) {
    case 'open':
      return {};
    case 'paused':
      return { hand_outs: { state: 'paused', until: new Date(state.until).toISOString() } };
    case 'locked':
      return { hand_outs: { state: 'locked' } };
  }
}
