import { type BrowserChoice, chooseBrowser, type DemoBrowser, surroundings } from './browser.ts';
import { createCleanUp } from './clean-up.ts';
import { createSandbox } from './sandbox.ts';
import { startServers } from './servers.ts';
import { numberedSteps, type Steps } from './steps.ts';
import { lastStep, play } from './story.ts';

export interface DemoOptions {
  readonly browser: BrowserChoice;
}

/** What nobody does by hand takes half a minute; after this something hangs. */
const deadline = 120_000;

class Interrupted extends Error {}

/** Rejects on Ctrl-C, on termination and, where nobody types, at the deadline. */
function interruption(byHand: boolean): { readonly happened: Promise<never>; forget(): void } {
  let stop: (reason: Error) => void = () => undefined;
  const happened = new Promise<never>((_, reject) => {
    stop = reject;
  });
  happened.catch(() => undefined);
  const onSignal = () => stop(new Interrupted('interrupted'));
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const timer = byHand ? undefined : setTimeout(() => stop(new Error('the demo took too long')), deadline);
  return {
    happened,
    forget() {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      clearTimeout(timer);
    },
  };
}

async function tell(browser: DemoBrowser, steps: Steps): Promise<void> {
  const interrupted = interruption(browser.byHand);
  const cleanUp = createCleanUp();
  const story = async () => {
    const sandbox = await createSandbox();
    cleanUp.defer(() => sandbox.remove());
    const servers = await startServers(sandbox.folder, cleanUp);
    await play({ browser, sandbox, servers, steps, cleanUp });
  };
  try {
    await Promise.race([story(), interrupted.happened]);
  } finally {
    await cleanUp.run();
    interrupted.forget();
  }
}

/**
 * Shows the whole of Keytray with an authorization server and a git server of its own. Resolves to the exit status.
 * The last line is for programs: `demo: ok browser=chromium`.
 */
/** `impossible`: not even begun, for a reason that the person can change. */
export type DemoOutcome =
  | { readonly kind: 'ended'; readonly status: number }
  | { readonly kind: 'impossible'; readonly why: string };

export async function runDemo(options: DemoOptions): Promise<DemoOutcome> {
  const started = performance.now();
  const chosen = chooseBrowser(options.browser, surroundings());
  if (chosen.kind === 'none') return { kind: 'impossible', why: chosen.why };
  const { browser } = chosen;
  const steps = numberedSteps(lastStep, (text) => process.stdout.write(text));
  try {
    await tell(browser, steps);
  } catch (error) {
    if (error instanceof Interrupted) {
      process.stderr.write('Interrupted; everything is cleaned up.\n');
      return { kind: 'ended', status: 130 };
    }
    process.stderr.write(
      `✗ ${steps.written + 1}/${lastStep} ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.stdout.write(`demo: failed browser=${browser.name}\n`);
    return { kind: 'ended', status: 1 };
  }
  steps.passed('Ended the broker and both servers, and removed every file');
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`Done in ${seconds} s.\ndemo: ok browser=${browser.name}\n`);
  return { kind: 'ended', status: 0 };
}
