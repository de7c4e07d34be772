import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Message, sessionBus, Variant } from '@jellybrick/dbus-next';
import type { Display } from './prompter.ts';
import { type BusOptions, startBus } from './session-bus.ts';
import { waitFor } from './wait-for.ts';

const run = promisify(execFile);
/** Of the login keyring. */
export const password = 'keyring-password';
const service = 'org.freedesktop.secrets';
const loginCollection = '/org/freedesktop/secrets/collection/login';

export interface Keyring {
  /** A whole environment: private HOME, XDG folders and session bus. */
  readonly env: Record<string, string>;
  /** Everything of this keyring lives below it; gone after `stop()`. */
  readonly folder: string;
  /** Of gnome-keyring-daemon; undefined while there is none. */
  servicePid(): number | undefined;
  /** Of dbus-daemon; throws while there is none. */
  busPid(): number;
  lock(): Promise<void>;
  /** As PAM does after the login password: gnome-keyring gives no signal then. */
  unlock(): Promise<void>;
  /** As programs do that ask for the password themselves: with the signals of the Secret Service. */
  unlockWithSignal(): Promise<void>;
  /** Ends the Secret Service, keeps the bus. */
  stopService(): Promise<void>;
  /** A new Secret Service process over the same keyring file, unlocked; with `login` it makes a login keyring. */
  startService(options?: { readonly login: boolean }): Promise<void>;
  /** Ends the bus, and with it the Secret Service. */
  stopBus(): Promise<void>;
  /** A new bus at the same address, without a Secret Service. */
  startBus(): Promise<void>;
  stop(): Promise<void>;
}

export interface KeyringOptions {
  /** Whether a Secret Service is started; default: yes. */
  readonly service?: boolean;
  /** Whether it has a login keyring, unlocked; without one it is as in a new home. Default: yes. */
  readonly login?: boolean;
  /** Where the keyring's own prompter shows its windows; without one nothing can be asked. */
  readonly display?: Display;
  /** The bus refuses every message to the Secret Service. */
  readonly denied?: boolean;
}

/** A real gnome-keyring with an unlocked login keyring on a session bus of its own; nothing of the machine's is touched. */
export async function startKeyring(options: KeyringOptions = {}): Promise<Keyring> {
  const { login = true, display, denied = false } = options;
  const folder = await mkdtemp(join(tmpdir(), 'keytray-ring-'));
  const env = await privateEnvironment(folder, display);
  const busOptions: BusOptions = {
    services: display === undefined ? [] : ['org.gnome.keyring.SystemPrompter'],
    denied: denied ? service : undefined,
  };
  let bus: ChildProcess | undefined = await startBus(folder, env, busOptions);
  let daemon: ChildProcess | undefined;

  const stopService = async (): Promise<void> => {
    if (daemon) await end(daemon);
    daemon = undefined;
  };
  const startService = async (options = { login }): Promise<void> => {
    daemon = await startSecretService(env, options.login);
  };
  const stopBus = async (): Promise<void> => {
    await stopService();
    if (bus) await end(bus);
    bus = undefined;
  };
  const endAtExit = (): void => {
    daemon?.kill('SIGKILL');
    bus?.kill('SIGKILL');
  };
  process.once('exit', endAtExit);
  const stop = async (): Promise<void> => {
    process.off('exit', endAtExit);
    await stopBus();
    await rm(folder, { recursive: true, force: true });
  };

  if (options.service ?? true) {
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
    servicePid: () => daemon?.pid,
    busPid: () => {
      if (bus?.pid === undefined) throw new Error('there is no bus');
      return bus.pid;
    },
    lock: async () => {
      const method = 'org.freedesktop.Secret.Service.Lock';
      await send(env, service, '/org/freedesktop/secrets', method, `array:objpath:${loginCollection}`);
    },
    unlock: () => unlockLogin(env),
    unlockWithSignal: () => unlockByService(env),
    stopService,
    startService,
    stopBus,
    startBus: async () => {
      bus = await startBus(folder, env, busOptions);
    },
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

/** Deletes an item as a person would who found it in the keyring. */
export async function clear(env: Record<string, string>, service: string, account: string): Promise<void> {
  await run('secret-tool', ['clear', 'service', service, 'account', account], { env });
}

async function privateEnvironment(folder: string, display: Display | undefined): Promise<Record<string, string>> {
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
    ...(display === undefined ? {} : { DISPLAY: display.name }),
  };
}

async function startSecretService(env: Record<string, string>, login: boolean): Promise<ChildProcess> {
  const args = ['--foreground', '--components=secrets', ...(login ? ['--unlock'] : [])];
  const service = spawn('gnome-keyring-daemon', args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
  service.stdin?.end(login ? password : '');
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

/** Over the daemon's control socket, as PAM does it at the end of a screen lock. */
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

/** One connection for both calls: the session that carries the password belongs to it. */
async function unlockByService(env: Record<string, string>): Promise<void> {
  const bus = sessionBus({ busAddress: env.DBUS_SESSION_BUS_ADDRESS ?? '', authMethods: ['EXTERNAL'] });
  const call = async (name: string, member: string, signature: string, body: unknown[]): Promise<unknown[]> => {
    const target = { destination: service, path: '/org/freedesktop/secrets' };
    const reply = await bus.call(new Message({ ...target, interface: name, member, signature, body }));
    return reply?.body ?? [];
  };
  try {
    const plain = ['plain', new Variant('s', '')];
    const [, session] = await call('org.freedesktop.Secret.Service', 'OpenSession', 'sv', plain);
    const secret = [session, Buffer.alloc(0), Buffer.from(password), 'text/plain'];
    const internal = 'org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface';
    await call(internal, 'UnlockWithMasterPassword', 'o(oayays)', [loginCollection, secret]);
  } finally {
    bus.disconnect();
  }
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

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
