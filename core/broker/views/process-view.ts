import type { HandOutState } from '../../hand-out/hand-out-gate.ts';
import { version } from '../../platform/version.ts';
import { isoTime } from '../../untrusted/instant.ts';
import { printable } from '../../untrusted/plain-text.ts';
import type { StatusView } from '../../wire/schemas.ts';

/** Which process answers, and since when. */
export function processView(
  kind: StatusView['kind'],
  startedAt: number,
): Pick<StatusView, 'version' | 'pid' | 'started_at' | 'kind'> {
  return { version, pid: process.pid, started_at: isoTime(startedAt), kind };
}

/** Whether tools are served; nothing is said while they are. */
export function handOutsView(state: HandOutState): Pick<StatusView, 'hand_outs'> {
  switch (state.kind) {
    case 'open':
      return {};
    case 'paused':
      return { hand_outs: { state: 'paused', until: isoTime(state.until) } };
    case 'locked':
      return { hand_outs: { state: 'locked' } };
  }
}

/** What was read of the configuration; `error` where what is on disk now is invalid. */
export interface ReadConfigState {
  readonly files: readonly string[];
  readonly error: string | undefined;
}

export function configView({ files, error }: ReadConfigState): StatusView['config'] {
  return error === undefined ? { files: [...files] } : { files: [...files], error: printable(error) };
}
