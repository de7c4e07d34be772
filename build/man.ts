import type { Command } from 'commander';
import { commandTree } from '../cli/completion/command-tree.ts';
import { shells } from '../cli/completion/shells.ts';
import { buildProgram } from '../cli/program.ts';
import { helperPrograms } from '../client/programs.ts';
import { type CommonParts, type ManualPage, manualPages } from './man-pages.ts';

/** The command line's manual and completion scripts, for packages: both come from what `--help` is made of. */

const silent = { isTerminal: false, colour: false, columns: 80, write: () => undefined };

function commandLine(): Command {
  return buildProgram({
    env: {},
    out: silent,
    err: silent,
    stdin: process.stdin,
    broker: () => Promise.reject(new Error('a manual asks nobody')),
    setStatus: () => undefined,
  });
}

const common: Omit<CommonParts, 'version'> = {
  exitStatuses: [
    { term: '0', text: 'done' },
    { term: '1', text: 'unexpected' },
    { term: '2', text: 'wrong usage or configuration, or a configuration the server refuses' },
    { term: '3', text: 'Keytray is not running' },
    { term: '4', text: 'a sign-in is needed, or was not finished' },
    { term: '5', text: 'access denied, wrong passphrase, or another person signed in' },
    { term: '6', text: 'temporarily unavailable: network, server down, rate limit' },
    { term: '7', text: 'keychain or encrypted file locked, or absent' },
    { term: '8', text: 'no such account, key, database or endpoint' },
  ],
  variables: [
    { term: 'KEYTRAY_SOCKET', text: 'the socket to talk to' },
    { term: 'KEYTRAY_CONFIG', text: 'the configuration file' },
    { term: 'KEYTRAY_PASSPHRASE_FILE', text: 'read by the agent: a file with the passphrase of the encrypted file' },
    { term: 'KEYTRAY_DEBUG', text: '1 shows where a failure happened' },
    { term: 'NO_COLOR, FORCE_COLOR', text: 'colour never, or always' },
  ],
  files: [
    { term: '~/.config/keytray/config.yaml', text: 'the configuration, with read-only drop-ins in config.d beside it' },
    { term: '/etc/keytray/config.d', text: 'drop-ins for everybody on the machine' },
    { term: '~/.local/state/keytray/agent.log', text: 'the log of the agent' },
    { term: '$XDG_RUNTIME_DIR/keytray/keytray.sock', text: 'the socket' },
  ],
  examples: `keytray accounts add github@work --client-id CLIENT_ID
keytray login github@work
keytray setup git
keytray token github@work --format header | curl -H @- https://api.github.com/user`,
  helperNames: [...helperPrograms].filter(([, { folder }]) => folder === 'bin').map(([name]) => name),
};

export function commandLineManual(version: string): readonly ManualPage[] {
  return manualPages(commandLine(), { ...common, version });
}

/** Where a package puts the script of a shell, below its data folder (/usr/share). */
const completionFiles = {
  bash: 'bash-completion/completions/keytray',
  zsh: 'zsh/site-functions/_keytray',
  fish: 'fish/vendor_completions.d/keytray.fish',
} as const satisfies Record<keyof typeof shells, string>;

export interface DataFile {
  /** Below the data folder. */
  readonly path: string;
  readonly text: string;
}

export function completionScripts(): readonly DataFile[] {
  const tree = commandTree(commandLine());
  const names = ['bash', 'zsh', 'fish'] as const;
  return names.map((name) => ({ path: completionFiles[name], text: shells[name](tree) }));
}
