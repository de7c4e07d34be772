import type { Screen } from '../cli.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const eraseLine = '\r\u001b[K';

/** Shows on a terminal that work goes on; writes nothing anywhere else. Returns what ends it. */
export function startSpinner(screen: Screen, text: string): () => void {
  if (!screen.isTerminal) return () => undefined;
  let frame = 0;
  const paint = (): void => {
    frame = (frame + 1) % frames.length;
    screen.write(`\r${frames[frame]} ${text}`);
  };
  paint();
  const timer = setInterval(paint, frameMs);
  return () => {
    clearInterval(timer);
    screen.write(eraseLine);
  };
}
