import { openSessionBus } from '../../../../core/dbus/session-bus.ts';
import { dbusProbe } from '../../../../core/keychain/dbus-probe.ts';
import { SystemClock } from '../../../../core/system-clock.ts';

/** Asks the keyring, listens to it, and has nothing else to do. */
const probe = dbusProbe(openSessionBus(process.env, new SystemClock()));
probe.watch(() => undefined);
process.stdout.write(`${await probe.ask()}\n`);
