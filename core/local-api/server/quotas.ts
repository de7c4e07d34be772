import { readFileSync } from 'node:fs';
import { rarely } from '../../concurrency/rarely.ts';
import type { Logger } from '../../ports.ts';
import { type LocalApiLimits, ownDescriptors } from './limits.ts';
import { Quota } from './quota.ts';

/** What is counted while the server runs. */
export interface Quotas {
  readonly connections: Quota;
  readonly requests: Quota;
  readonly waits: Quota;
  readonly streams: Quota;
  readonly helpers: Quota;
  readonly largeBodies: Quota;
  readonly largeInputs: Quota;
}

/** Every refusal is told to its caller; the log hears of it once in a while, or it would be the next thing to fill. */
export function createQuotas(limits: LocalApiLimits, logger: Logger): Quotas {
  const quota = (what: string, most: number): Quota => {
    const log = rarely((pid: number, passedOver) => logger.warn('refused: too many', { what, pid, passedOver }));
    return new Quota({ what, most, refused: log });
  };
  return {
    connections: quota('connections', mostConnections(limits.connections, descriptorLimit())),
    requests: quota('requests', limits.requests),
    waits: quota('waiting requests', limits.waits),
    streams: quota('event streams', limits.streams),
    helpers: quota('helper calls', limits.helpers),
    largeBodies: quota('large bodies', limits.largeBodies),
    largeInputs: quota('large inputs', limits.largeInputs),
  };
}

/** Without a descriptor to spare the broker could not even reach its keychain. */
export function mostConnections(wanted: number, descriptors: number | undefined): number {
  return descriptors === undefined ? wanted : Math.max(1, Math.min(wanted, descriptors - ownDescriptors));
}

/** RLIMIT_NOFILE as it stands: Node has raised it to what the user may have. Undefined where there is no /proc. */
function descriptorLimit(): number | undefined {
  try {
    const soft = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
