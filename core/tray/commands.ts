import type { Logger } from '../ports.ts';
import type { MenuCommand } from './menu-model.ts';

/** What the menu asks of the broker; the same calls as from everywhere else. */
export interface TrayBroker {
  startLogin(account: string, request: { readonly user_agent: 'browser'; readonly switch: boolean }): Promise<unknown>;
  logout(account: string, options: { readonly revoke: boolean }): Promise<unknown>;
  readonly tokens: { refresh(account: string): Promise<unknown> };
  /** `pause` and `resume` never end a lock: a late click on an older menu must not unlock. */
  readonly gate: { pause(milliseconds: number): void; resume(): void; lock(): Promise<void> };
  readonly store: { lock(): Promise<void> };
}

/** Where in the window. */
export interface TrayPlace {
  readonly page: 'accounts' | 'add-account' | 'revoke-key';
  readonly account?: string;
}

/** What clicks act on. What is missing here is not in the menu (`TrayView.offers`). */
export interface CommandParts {
  readonly broker: TrayBroker;
  readonly logger: Logger;
  readonly quit: () => void;
  /** Opens the window there. */
  readonly go?: (place: TrayPlace) => void;
  /** Asks the person, out of reach of other programs on the bus, before tools get tokens again. */
  readonly unlock?: () => Promise<void>;
  /** Puts a token into the clipboard for a while. */
  readonly copyToken?: (account: string) => Promise<unknown>;
  readonly installTools?: () => Promise<void>;
}

const pauseTime = 15 * 60_000;

/** What a click in the menu does. What fails is shown where the person can see why: on the account's page. */
export async function runCommand(command: MenuCommand, parts: CommandParts): Promise<void> {
  try {
    await perform(command, parts);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    parts.logger.warn('a command of the menu failed', { command: command.kind, why });
    parts.go?.('account' in command ? { page: 'accounts', account: command.account } : { page: 'accounts' });
  }
}

async function perform(command: MenuCommand, parts: CommandParts): Promise<void> {
  const { broker, go } = parts;
  switch (command.kind) {
    case 'sign_in':
      await broker.startLogin(command.account, { user_agent: 'browser', switch: false });
      return;
    case 'switch':
      await broker.startLogin(command.account, { user_agent: 'browser', switch: true });
      return;
    case 'sign_in_all':
      // One after another: each opens a page of the same browser.
      for (const account of command.accounts)
        await broker.startLogin(account, { user_agent: 'browser', switch: false });
      return;
    case 'copy_token':
      await parts.copyToken?.(command.account);
      return;
    case 'refresh':
      await broker.tokens.refresh(command.account);
      return;
    case 'details':
      go?.({ page: 'accounts', account: command.account });
      return;
    case 'sign_out':
      await broker.logout(command.account, { revoke: true });
      return;
    case 'pause':
      broker.gate.pause(pauseTime);
      return;
    case 'resume':
      broker.gate.resume();
      return;
    case 'lock':
      await Promise.all([broker.gate.lock(), broker.store.lock()]);
      return;
    case 'unlock':
      await parts.unlock?.();
      return;
    case 'add_account':
      go?.({ page: 'add-account' });
      return;
    case 'revoke_key':
      go?.({ page: 'revoke-key' });
      return;
    case 'install_tools':
      await parts.installTools?.();
      return;
    case 'open':
      go?.({ page: 'accounts' });
      return;
    case 'quit':
      parts.quit();
      return;
  }
}
