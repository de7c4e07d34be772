import { KeytrayError } from '../../errors.ts';

/** Seconds. Whatever fills a quota is over in moments, or is somebody's mistake. */
const comeBack = 1;

export interface QuotaOptions {
  /** For people, in the plural. */
  readonly what: string;
  readonly most: number;
  /** Called on every refusal. */
  readonly refused?: (pid: number) => void;
}

/** Gives back what was taken; a second call changes nothing. */
export type Release = () => void;

/** Counts what is taken, in all and by each process. One process gets at most half. */
export class Quota {
  readonly #options: QuotaOptions;
  readonly #byProcess = new Map<number, number>();
  #taken = 0;

  constructor(options: QuotaOptions) {
    this.#options = options;
  }

  /** Throws `temporarily_unavailable`. */
  take(pid: number): Release {
    if (!this.withinShare(pid) || !this.hasRoom()) {
      this.#options.refused?.(pid);
      throw new KeytrayError('temporarily_unavailable', `Keytray is busy: too many ${this.#options.what} at once`, {
        retryAfter: comeBack,
      });
    }
    this.#add(pid, 1);
    let held = true;
    return () => {
      if (held) this.#add(pid, -1);
      held = false;
    };
  }

  /** False where the process has used up its own share: room made by others would not help it. */
  withinShare(pid: number): boolean {
    return this.#takenBy(pid) < Math.ceil(this.#options.most / 2);
  }

  hasRoom(): boolean {
    return this.#taken < this.#options.most;
  }

  #takenBy(pid: number): number {
    return this.#byProcess.get(pid) ?? 0;
  }

  #add(pid: number, amount: number): void {
    this.#taken += amount;
    const count = this.#takenBy(pid) + amount;
    if (count === 0) this.#byProcess.delete(pid);
    else this.#byProcess.set(pid, count);
  }
}
