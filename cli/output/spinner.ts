import type { Screen } from '../cli.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const eraseLine = '\r\u001b[K';

export interface Spinner {
  /** Leaves the line to `work`, and goes on when it is done. */
  aside<T>(work: () => T): T;
  stop(): void;
}

/** Shows on a terminal that work goes on; writes nothing anywhere else. */
export function startSpinner(screen: Screen, text: string): Spinner {
  if (!screen.isTerminal) return { aside: (work) => work(), stop: () => undefined };
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const paint = (): void => {
    frame = (frame + 1) % frames.length;
    screen.write(`\r${frames[frame]} ${text}`);
  };
  const start = (): void => {
    if (stopped) return;
    paint();
    timer = setInterval(paint, frameMs);
  };
  const pause = (): void => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    screen.write(eraseLine);
  };
  start();
  return {
    aside(work) {
      pause();
      const done = work();
      if (done instanceof Promise) void done.finally(start).catch(() => undefined);
      else start();
      return done;
    },
    stop() {
      stopped = true;
      pause();
    },
  };
}
