/**
 * From which environment our programs start. A launcher keeps from our Node what is not listed here: it would load code
 * into it, open its inspector, or have it trust other authorities. It is passed on under other names, for the programs
 * that people have us run and for what they tell us about their tools.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

/** Stands before the name of a variable that our Node does not start with. */
export const callerPrefix = 'KEYTRAY_CALLER_';

/** Where the person is and speaks, how the desktop and the network are reached, and what a service manager hands over. */
export const passedVariables: readonly string[] = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'PWD', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR'],
  ...['TERM', 'COLORTERM', 'COLUMNS', 'LINES', 'NO_COLOR'],
  ...['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'BROWSER'],
  ...['DBUS_SESSION_BUS_ADDRESS', 'DBUS_SYSTEM_BUS_ADDRESS'],
  ...['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  ...['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'],
];

export const passedPrefixes: readonly string[] = ['LC_', 'XDG_', 'KEYTRAY_'];

/** Whether our Node may start with a variable. */
function isPassed(name: string): boolean {
  if (name.startsWith(callerPrefix)) return false;
  return passedVariables.includes(name) || passedPrefixes.some((prefix) => name.startsWith(prefix));
}

/** The environment as the caller had it, from the one a launcher made of it. Pure. */
export function callerEnvironment(env: Environment): Environment {
  const entries = Object.entries(env).flatMap(([name, value]) => {
    if (!name.startsWith(callerPrefix)) return [[name, value] as const];
    const own = name.slice(callerPrefix.length);
    return own === '' || isPassed(own) ? [] : [[own, value] as const];
  });
  return Object.fromEntries(entries);
}

/** What a launcher makes of the caller's environment: for a Node of ours that another one starts. Pure. */
export function launchEnvironment(caller: Environment): Environment {
  const entries = Object.entries(caller).map(([name, value]) => [isPassed(name) ? name : callerPrefix + name, value]);
  return Object.fromEntries(entries);
}

/**
 * The caller's environment, taken out of this process: what a library or a child of ours would find there by itself is
 * gone. Also where no launcher was before us.
 */
export function takeEnvironment(own: NodeJS.ProcessEnv): Environment {
  const caller = callerEnvironment(own);
  for (const name of Object.keys(own)) if (!isPassed(name)) delete own[name];
  return caller;
}

/** For Electron, whose own libraries need the rest: only what would change the broker in it is renamed. Pure. */
export function electronLaunchEnvironment(caller: Environment): Record<string, string | undefined> {
  const entries = Object.entries(caller).map(([name, value]) => [isHazard(name) ? callerPrefix + name : name, value]);
  return Object.fromEntries(entries);
}

/**
 * `takeEnvironment` for Electron's main process. An AppImage sets the loader's variables for Electron's own libraries:
 * they stay, because its children need them too.
 */
export function takeElectronEnvironment(own: NodeJS.ProcessEnv): Environment {
  const caller = callerEnvironment(own);
  for (const name of Object.keys(own)) {
    if (name.startsWith(callerPrefix) || (isHazard(name) && !/^(?:LD|DYLD)_/.test(name))) delete own[name];
  }
  return caller;
}

/** For a program that is not ours and that we start by ourselves: a browser, a command of the configuration. Pure. */
export function programEnvironment(caller: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(caller).filter(([name]) => !/^(?:LD_|NODE_|KEYTRAY_)/.test(name)));
}

/** Read by Node, V8, OpenSSL, the dynamic loader or the C library on their own account. */
const isHazard = (name: string): boolean =>
  /^(?:NODE_|SSL_|LD_|DYLD_|OPENSSL_|UV_|MALLOC_)[A-Za-z0-9_]+$/.test(name) || readByLibraries.includes(name);

const readByLibraries: readonly string[] = [
  ...['GLIBC_TUNABLES', 'GCONV_PATH', 'LOCPATH', 'NLSPATH', 'ICU_DATA'],
  ...['HOSTALIASES', 'LOCALDOMAIN', 'RES_OPTIONS', 'SSLKEYLOGFILE'],
];

/**
 * One line about the caller's variables that would have changed the broker and that its `own` environment lacks;
 * undefined where there are none. Pure.
 */
export function ignoredNote(caller: Environment, own: Environment = {}): string | undefined {
  const names = Object.keys(caller)
    .filter((name) => isHazard(name) && own[name] === undefined)
    .sort();
  if (names.length === 0) return undefined;
  const authority = names.some((name) => /^SSL_CERT_|^NODE_EXTRA_CA_CERTS$/.test(name));
  const instead = authority ? '; to trust a certificate authority, set tls.ca for the account' : '';
  return `ignored from the environment: ${names.join(', ')}${instead}`;
}
