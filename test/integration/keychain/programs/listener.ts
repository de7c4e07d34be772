import { openSessionBus } from '../../../../core/platform/dbus/session-bus.ts';
import { SystemClock } from '../../../../core/platform/system-clock.ts';
import { dbusProbe } from '../../../../core/stores/keychain/dbus-probe.ts';

/** Asks the keyring, listens to it, and has nothing else to do. */
const probe = dbusProbe(openSessionBus(process.env, new SystemClock()));
probe.watch(() => undefined);
process.stdout.write(`${await probe.ask()}\n`);
