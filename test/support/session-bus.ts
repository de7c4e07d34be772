import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface BusOptions {
  /** D-Bus service files to activate, by name. None by default: the machine's own would start a second keyring by itself. */
  readonly services?: readonly string[];
  /** Refuses every message to this name. */
  readonly denied?: string | undefined;
}

const installed = '/usr/share/dbus-1/services';

/** A real dbus-daemon at `env.DBUS_SESSION_BUS_ADDRESS`, with nothing of the machine's session on it. */
export async function startBus(
  folder: string,
  env: Record<string, string>,
  { services = [], denied }: BusOptions = {},
): Promise<ChildProcess> {
  const config = join(folder, 'bus.conf');
  const activated = join(folder, 'services');
  await mkdir(activated, { recursive: true });
  for (const name of services) await copyFile(join(installed, `${name}.service`), join(activated, `${name}.service`));
  await writeFile(
    config,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${env.DBUS_SESSION_BUS_ADDRESS ?? ''}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${activated}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
    ${denied === undefined ? '' : `<deny send_destination="${denied}"/>`}
  </policy>
</busconfig>
`,
  );
  const args = [`--config-file=${config}`, '--nofork', '--print-address=3'];
  const bus = spawn('dbus-daemon', args, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const printed = bus.stdio[3];
  if (!printed) throw new Error('dbus-daemon was started without its address pipe');
  const failed = Promise.race([once(bus, 'error'), once(bus, 'exit')]).then(() => {
    throw new Error('dbus-daemon ended before it listened');
  });
  failed.catch(() => undefined);
  await Promise.race([once(printed, 'data'), failed]);
  return bus;
}
