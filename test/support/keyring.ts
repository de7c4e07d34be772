import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const password = 'keyring-password';
const loginCollection = '/org/freedesktop/secrets/collection/login';

export interface Keyring {
  /** A whole environment: private HOME, XDG folders and session bus. */
  readonly env: Record<string, string>;
  /** Everything of this keyring lives below it; gone after `stop()`. */
  readonly folder: string;
  /** Of gnome-keyring-daemon; undefined while there is none. */
  servicePid(): number | undefined;
  lock(): Promise<void>;
  unlock(): Promise<void>;
  /** Ends the Secret Service, keeps the bus. */
  stopService(): Promise<void>;
  /** A new Secret Service process over the same keyring file, unlocked. */
  startService(): Promise<void>;
  stop(): Promise<void>;
}

/** A real gnome-keyring with an unlocked login keyring on a session bus of its own; nothing of the machine's is touched. */
export async function startKeyring(options: { service: boolean } = { service: true }): Promise<Keyring> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-ring-'));
  const env = await privateEnvironment(folder);
  const bus = await startBus(folder, env);
  let service: ChildProcess | undefined;

  const stopService = async (): Promise<void> => {
    if (service) await end(service);
    service = undefined;
  };
  const startService = async (): Promise<void> => {
    service = await startSecretService(env);
  };
  const endAtExit = (): void => {
    service?.kill('SIGKILL');
    bus.kill('SIGKILL');
  };
  process.once('exit', endAtExit);
  const stop = async (): Promise<void> => {
    process.off('exit', endAtExit);
    await stopService();
    await end(bus);
    await rm(folder, { recursive: true, force: true });
  };

  if (options.service) {
    try {
      await startService();
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return {
    env,
    folder,
    servicePid: () => service?.pid,
    lock: async () => {
      const method = 'org.freedesktop.Secret.Service.Lock';
      await send(
        env,
        'org.freedesktop.secrets',
        '/org/freedesktop/secrets',
        method,
        `array:objpath:${loginCollection}`,
      );
    },
    unlock: () => unlockLogin(env),
    stopService,
    startService,
    stop,
  };
}

/** What `secret-tool` finds for keychain service and account, or undefined. */
export async function lookup(
  env: Record<string, string>,
  service: string,
  account: string,
): Promise<string | undefined> {
  try {
    const { stdout } = await run('secret-tool', ['lookup', 'service', service, 'account', account], { env });
    return stdout;
  } catch (error) {
    // Status 1 and silence is how secret-tool says "no such item".
    if (error instanceof Error && 'code' in error && error.code === 1 && 'stderr' in error && error.stderr === '') {
      return undefined;
    }
    throw error;
  }
}

async function privateEnvironment(folder: string): Promise<Record<string, string>> {
  const folders = {
    HOME: join(folder, 'home'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
  for (const path of Object.values(folders)) await mkdir(path, { mode: 0o700 });
  return {
    ...folders,
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, 'run', 'bus')}`,
  };
}

async function startBus(folder: string, env: Record<string, string>): Promise<ChildProcess> {
  // No service folders: the machine's session configuration would start a second keyring, or a prompter, by itself.
  const config = join(folder, 'bus.conf');
  await writeFile(
    config,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${env.DBUS_SESSION_BUS_ADDRESS ?? ''}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
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
  await Promise.race([once(printed, 'data'), failed]);
  failed.catch(() => undefined);
  return bus;
}

async function startSecretService(env: Record<string, string>): Promise<ChildProcess> {
  const args = ['--foreground', '--unlock', '--components=secrets'];
  const service = spawn('gnome-keyring-daemon', args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
  service.stdin?.end(password);
  await waitFor('gnome-keyring-daemon', async () => {
    if (service.exitCode !== null) throw new Error('gnome-keyring-daemon ended before it served');
    const owned = await send(
      env,
      'org.freedesktop.DBus',
      '/org/freedesktop/DBus',
      'org.freedesktop.DBus.NameHasOwner',
      'string:org.freedesktop.secrets',
    );
    return owned.includes('true') && (await exists(controlSocket(env)));
  });
  return service;
}

/** Unlocks as PAM does at the end of a screen lock: by the password, over the daemon's control socket. */
async function unlockLogin(env: Record<string, string>): Promise<void> {
  const operationUnlock = 1;
  const secret = Buffer.from(password);
  const packet = Buffer.alloc(12 + secret.length);
  packet.writeUInt32BE(packet.length, 0);
  packet.writeUInt32BE(operationUnlock, 4);
  packet.writeUInt32BE(secret.length, 8);
  secret.copy(packet, 12);

  const socket = connect(controlSocket(env));
  await once(socket, 'connect');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const credentialsByte = Buffer.from([0]);
  socket.write(Buffer.concat([credentialsByte, packet]));
  await once(socket, 'close');
  const reply = Buffer.concat(chunks);
  if (reply.length < 8 || reply.readUInt32BE(4) !== 0) throw new Error('gnome-keyring refused to unlock');
}

const controlSocket = (env: Record<string, string>): string => join(env.XDG_RUNTIME_DIR ?? '', 'keyring', 'control');

async function send(
  env: Record<string, string>,
  destination: string,
  path: string,
  method: string,
  ...args: string[]
): Promise<string> {
  const { stdout } = await run(
    'dbus-send',
    ['--session', '--print-reply', `--dest=${destination}`, path, method, ...args],
    { env },
  );
  return stdout;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function waitFor(what: string, ready: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 400; round += 1) {
    if (await ready()) return;
    await sleep(25);
  }
  throw new Error(`${what} did not come up within 10 s`);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
