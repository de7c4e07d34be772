import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import type { Logger } from '../../core/ports.ts';
import { channelOf, listeningChannel, methods } from '../../ipc/channels.ts';
import { type AppApi, contract, type Method } from '../../ipc/contract.ts';
import type { Outcome } from '../../ipc/views.ts';
import { failureForPages } from '../api/declined.ts';
import { origin } from './origin.ts';

export interface TrustedIpcOptions {
  readonly api: AppApi;
  readonly logger: Logger;
  /** Whether this is the contents of a window of ours. */
  readonly isOurs: (contents: WebContents) => boolean;
  /** A page listens now. */
  readonly listening: (page: WebContents) => void;
}

/** The only way in for pages: one handler per entry of the contract, each after the same checks. */
export function serveTrusted({ api, logger, isOurs, listening }: TrustedIpcOptions): void {
  const isTrusted = (event: IpcMainInvokeEvent | IpcMainEvent): boolean => {
    const { senderFrame, sender } = event;
    // A frame that is gone, or a part of a page, has nothing to ask.
    const trusted =
      senderFrame !== null && isOurs(sender) && senderFrame === sender.mainFrame && senderFrame.origin === origin;
    if (!trusted) logger.warn('a message of a foreign page was refused', { from: senderFrame?.origin ?? 'nobody' });
    return trusted;
  };
  for (const method of methods) {
    ipcMain.handle(channelOf(method), async (event, request: unknown): Promise<Outcome<unknown>> => {
      if (!isTrusted(event)) return refused('access_denied', 'this page may not ask Keytray');
      return await answer(api, method, request, logger);
    });
  }
  ipcMain.on(listeningChannel, (event) => {
    if (isTrusted(event)) listening(event.sender);
  });
}

async function answer(api: AppApi, method: Method, request: unknown, logger: Logger): Promise<Outcome<unknown>> {
  // A page that asks for nothing sends nothing, which arrives as null where it crosses as JSON.
  const parsed = contract[method].request.safeParse(request ?? undefined);
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path }) => path.join('.') || 'request');
    return refused('invalid_request', `${method}: ${[...new Set(where)].join(', ')} cannot be used`);
  }
  const call = api[method] as (request: unknown) => Promise<unknown>;
  try {
    return { ok: true, value: await call(parsed.data) };
  } catch (error) {
    return { ok: false, error: failureForPages(error, logger) };
  }
}

function refused(error: string, description: string): Outcome<never> {
  return { ok: false, error: { error, error_description: description } };
}
