import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { KeytrayError } from '../../../core/errors.ts';
import { Declined } from '../../../electron/api/declined.ts';
import { methods } from '../../../ipc/channels.ts';
import { type AppApi, contract, type Method } from '../../../ipc/contract.ts';
import type { AppEvent, Outcome } from '../../../ipc/views.ts';

/** What stands behind the window: the api, and the events it sends. */
export interface Backend {
  readonly api: Partial<AppApi>;
  /** Sends the full state first. */
  subscribe(listener: (event: AppEvent) => void): () => void;
}

export interface AppWindow {
  readonly page: Page;
  /** Everything the content security policy refused. */
  readonly violations: readonly string[];
  /** Errors the page threw or logged. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Validates as the main process does, and lets failures cross as values. */
async function answer(api: Partial<AppApi>, method: Method, request: unknown): Promise<Outcome<unknown>> {
  try {
    const handler = api[method] as ((request: unknown) => Promise<unknown>) | undefined;
    if (handler === undefined) throw new KeytrayError('not_found', `${method} is not there`);
    return { ok: true, value: await handler(contract[method].request.parse(request ?? undefined)) };
  } catch (error) {
    const known = error instanceof KeytrayError ? error.code : 'internal_error';
    const code = error instanceof Declined ? 'declined' : known;
    return {
      ok: false,
      error: { error: code, error_description: error instanceof Error ? error.message : String(error) },
    };
  }
}

/**
 * Stands for the preload script: the same functions, over the test's own line instead of Electron's. As text, since
 * it runs in the page, whose types are not those of the tests.
 */
const preload = `
document.addEventListener('securitypolicyviolation', (event) => {
  void keytrayLine('refused', [event.violatedDirective, event.blockedURI, event.sample].join(' '));
});
const calls = ${JSON.stringify(methods)}.map((name) => [name, (request) => keytrayLine('call', name, request)]);
window.keytray = {
  ...Object.fromEntries(calls),
  onEvent(listener) {
    window.keytrayHear = listener;
    void keytrayLine('listening');
    return () => {
      window.keytrayHear = undefined;
    };
  },
};
`;

const hear = (event: AppEvent): string => `window.keytrayHear?.(${JSON.stringify(event)})`;

/** The built pages in a window of their own, with the api behind them. */
export async function openAppWindow(
  browser: Browser,
  url: string,
  backend: Backend,
  options: BrowserContextOptions & { readonly now?: number } = {},
): Promise<AppWindow> {
  const { now, ...contextOptions } = options;
  const context = await browser.newContext({
    viewport: { width: 960, height: 640 },
    locale: 'en-GB',
    ...contextOptions,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const violations: string[] = [];
  const errors: string[] = [];
  let stop = (): void => undefined;
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  const listen = (): void => {
    stop();
    stop = backend.subscribe((event) => {
      page.evaluate(hear(event)).catch(() => undefined);
    });
  };
  await page.exposeBinding('keytrayLine', async (_source, kind: string, ...rest: unknown[]) => {
    if (kind === 'listening') return listen();
    if (kind === 'refused') return void violations.push(String(rest[0]));
    const method = methods.find((known) => known === rest[0]);
    if (method === undefined) throw new Error(`no method ${String(rest[0])}`);
    return await answer(backend.api, method, rest[1]);
  });
  await page.addInitScript(preload);
  if (now !== undefined) await page.clock.setFixedTime(now);
  await page.goto(url);
  return {
    page,
    violations,
    errors,
    async close() {
      stop();
      await context.close();
    },
  };
}
