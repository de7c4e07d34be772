import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Keytray } from './keytray.ts';

/**
 * Ends the agents that helpers have started, which are children of no test. All of them: on a busy machine one that
 * came too late to be the broker becomes it when the first is ended, and would outlive its home.
 */
export async function endStartedAgents({ api, socket }: Keytray): Promise<void> {
  for (;;) {
    const pids = startedWith(socket);
    // Its memory, and with it its environment, is closed to all but root once it is up.
    const broker = (await api.status().catch(() => undefined))?.pid;
    if (broker !== undefined) pids.add(broker);
    if (pids.size === 0) return;
    for (const pid of pids) signal(pid);
    while ([...pids].some(isThere)) await sleep(20);
  }
}

/** Every process, of whatever program, that was started to serve at this socket. */
function startedWith(socket: string): Set<number> {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Set(numbers.map(Number).filter((pid) => variablesOf(pid).includes(`KEYTRAY_SOCKET=${socket}`)));
}

function variablesOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended meanwhile.
  }
}

/** A zombie that nobody waits for has ended, too. */
function isThere(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
