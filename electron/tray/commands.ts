import type { Broker } from '../../core/broker.ts';
import type { Logger } from '../../core/ports.ts';
import type { AppApi } from '../../ipc/contract.ts';
import type { Place } from '../pages.ts';
import type { MenuCommand } from './menu-model.ts';

export interface CommandParts {
  readonly api: AppApi;
  readonly broker: Pick<Broker, 'gate' | 'store'>;
  readonly logger: Logger;
  /** Opens the window there. */
  readonly go: (place: Place) => void;
  readonly installTools: () => Promise<void>;
  readonly quit: () => void;
}

const pauseTime = 15 * 60_000;

/** What a click in the menu does. What fails is shown where the person can see why: on the account's page. */
export async function runCommand(command: MenuCommand, parts: CommandParts): Promise<void> {
  try {
    await perform(command, parts);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    parts.logger.warn('a command of the menu failed', { command: command.kind, why });
    parts.go('account' in command ? { page: 'accounts', account: command.account } : { page: 'accounts' });
  }
}

async function perform(command: MenuCommand, { api, broker, go, installTools, quit }: CommandParts): Promise<void> {
  switch (command.kind) {
    case 'sign_in':
      await api.startLogin({ account: command.account, userAgent: 'browser' });
      return;
    case 'switch':
      await api.startLogin({ account: command.account, userAgent: 'browser', switch: true });
      return;
    case 'sign_in_all':
      // One after another: each opens a page of the same browser.
      for (const account of command.accounts) await api.startLogin({ account, userAgent: 'browser' });
      return;
    case 'copy_token':
      await api.copyToken({ account: command.account });
      return;
    case 'refresh':
      await api.refreshNow({ account: command.account });
      return;
    case 'details':
      go({ page: 'accounts', account: command.account });
      return;
    case 'sign_out':
      await api.logout({ account: command.account, revoke: true });
      return;
    case 'pause':
      broker.gate.pause(pauseTime);
      return;
    case 'resume':
      broker.gate.open();
      return;
    case 'lock':
      broker.gate.lock();
      await broker.store.lock();
      return;
    case 'unlock':
      await unlock(broker, go);
      return;
    case 'add_account':
      go({ page: 'add-account' });
      return;
    case 'install_tools':
      await installTools();
      return;
    case 'open':
      go({ page: 'accounts' });
      return;
    case 'quit':
      quit();
      return;
  }
}

/** Where a passphrase guards tokens it opens the gate as well; the page asks for it. */
async function unlock({ gate, store }: Pick<Broker, 'gate' | 'store'>, go: CommandParts['go']): Promise<void> {
  const { present, state } = await store.view();
  if (present && state === 'locked') go({ page: 'settings' });
  else gate.open();
}
