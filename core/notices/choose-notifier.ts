import type { DBus } from '../platform/dbus/bus.ts';
import type { Logger, Notifier } from '../ports.ts';
import { DesktopNotifier } from './desktop-notifier.ts';
import { logNotifier } from './log-notifier.ts';

export interface ChosenNotifier {
  readonly notifier: Notifier;
  /** Takes back what is still shown: nobody would answer a click any more. */
  close(): Promise<void>;
}

/** The desktop where there is a session bus to reach one, else the log. */
export function chooseNotifier(env: NodeJS.ProcessEnv, bus: DBus, logger: Logger): ChosenNotifier {
  const fallback = logNotifier(logger);
  if ((env.DBUS_SESSION_BUS_ADDRESS ?? '') === '') return { notifier: fallback, close: async () => undefined };
  const notifier = new DesktopNotifier({ bus, logger, fallback });
  return { notifier, close: () => notifier.close() };
}
