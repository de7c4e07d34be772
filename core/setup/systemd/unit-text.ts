export const unitName = 'keytray.service';

/** The systemd user unit for `keytray agent`: the one that packages bring, and the one `keytray service install` writes. Pure. */
export function unitText(program: string, environment: Readonly<Record<string, string>> = {}): string {
  const variables = Object.entries(environment).map(([name, value]) => `Environment=${word(`${name}=${value}`)}\n`);
  // A dollar sign is a variable in a command line, and in nothing else.
  return text
    .replace('@KEYTRAY@', () => word(program).replaceAll('$', () => '$$'))
    .replace('@ENVIRONMENT@\n', () => variables.join(''));
}

/** One word of a unit (systemd.syntax(7), quoting; systemd.unit(5), specifiers). */
function word(value: string): string {
  if (/[\n\r\0]/.test(value)) throw new RangeError('a word of a unit is one line');
  return `"${value.replace(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}

const text = `# Written by: keytray service install. It goes with: keytray service remove.
[Unit]
Description=Keytray: fresh tokens for local tools
# No ordering on the network: offline is a state the agent knows.
After=dbus.socket gnome-keyring-daemon.service

[Service]
Type=simple
ExecStart=@KEYTRAY@ agent
@ENVIRONMENT@
# A second broker, or one that handed over to the tray app, ends with 0 and stays ended.
Restart=on-failure
RestartSec=2
# A wrong configuration or command line does not heal by itself.
RestartPreventExitStatus=2
# SIGTERM drains; what then still runs is stuck in the keychain.
TimeoutStopSec=10
KillMode=mixed

# What else of the environment would change Keytray's own Node, the launcher keeps from it.
UnsetEnvironment=LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT
LimitCORE=0
NoNewPrivileges=yes
LockPersonality=yes
SystemCallArchitectures=native
# A browser that the agent opens inherits all this, so nothing here may keep one from starting: its sandbox needs
# namespaces, system calls and address families that the agent itself does not. ProtectHome, PrivateTmp and their kin
# are left out as well: callers' executables could not be named.

[Install]
WantedBy=default.target
`;
