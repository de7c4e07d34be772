import { lstatSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { failures, KeytrayError } from '../core/errors.ts';
import type { AccountView } from '../core/wire/schemas.ts';
import { runningBroker, startAgent, stopBroker } from './background-agent.ts';
import type { Cli } from './cli.ts';
import { revocationSentence } from './commands/logout.ts';
import { configSources } from './configuration.ts';
import { requireConsent } from './confirm.ts';
import { CommandFailure } from './failure.ts';
import { printable } from './output/printable.ts';
import { ownFilesOf, removeIfEmpty, removeOwnFiles } from './own-files.ts';
import { removeService } from './service-unit.ts';

interface Everything {
  readonly accounts: readonly AccountView[];
  readonly configFile: string;
  /** Accounts that are in this file; those of drop-ins are only read. */
  readonly written: readonly string[];
  readonly stateFolder: string;
  /** Where a socket may have been, but for one that the environment names itself. */
  readonly runFolders: readonly string[];
}

/** Shows what would go, asks, and then ends every sign-in and removes what Keytray has made. `undo` takes back the setups. */
export async function uninstallEverything(cli: Cli, yes: boolean, undo: () => Promise<boolean>): Promise<void> {
  const before = await runningBroker(cli);
  // Only a broker can revoke what it has.
  const broker = before ?? (await startAgent(cli));
  try {
    const all = await everythingOf(cli);
    show(cli, all);
    if (!(await requireConsent(cli, yes, 'Sign out everywhere and remove all of this?'))) return;
    for (const { account } of all.accounts) await endSignIn(cli, account);
    if (!(await undo())) {
      // Its record says what was there before: without it nothing could be put back.
      const what = 'a tool is still set up, so no file of Keytray was removed';
      throw new CommandFailure(1, what, 'Cure what is said above, and run it again: keytray uninstall --everything');
    }
    if (process.platform === 'linux') await removeService(cli);
    const running = await runningBroker(cli);
    if (running !== undefined) await stopBroker(cli, running);
    cli.out.write('Keytray is stopped.\n');
    await forgetAccounts(cli, all);
    const left = [
      ...removeOwnFiles(all.stateFolder, 'state'),
      ...all.runFolders.flatMap((folder) => removeOwnFiles(folder, 'run')),
    ];
    sayWhatStays(cli, all, left);
  } finally {
    if (before === undefined) await stopIfRunning(cli, broker.pid);
  }
}

async function everythingOf(cli: Cli): Promise<Everything> {
  const { socketCandidates, stateFolder } = await import('../core/config/paths.ts');
  const { readConfig } = await import('../core/config/read-config.ts');
  const sources = await configSources(cli.env);
  const read = await readConfig(sources);
  const accounts = read.kind === 'ok' ? [...read.config.accounts.values()] : [];
  const named = cli.env.KEYTRAY_SOCKET !== undefined && cli.env.KEYTRAY_SOCKET !== '';
  const sockets = named ? [] : socketCandidates(cli.env, process.getuid?.() ?? 0);
  return {
    accounts: await (await cli.broker()).accounts(),
    configFile: sources.file,
    written: accounts.filter(({ position }) => position.file === sources.file).map(({ id }) => id),
    stateFolder: stateFolder(cli.env),
    runFolders: sockets.map((socket) => dirname(socket)),
  };
}

function show(cli: Cli, { accounts, configFile, written, stateFolder }: Everything): void {
  cli.out.write('This ends and removes, for good:\n');
  for (const { account, title } of accounts) {
    cli.out.write(`  the sign-in of ${printable(account)} (${printable(title)}), at its server too, and its secrets\n`);
  }
  if (written.length > 0) cli.out.write(`  the accounts in ${configFile}\n`);
  cli.out.write('  what keytray setup wrote, and the service of keytray service install\n');
  cli.out.write(`  the running Keytray, and its files in ${stateFolder}:\n`);
  for (const path of ownFilesOf(stateFolder, 'state').ours) cli.out.write(`    ${path}\n`);
}

/** Without its sign-in ended, an account has to stay: nothing could revoke it later. */
async function endSignIn(cli: Cli, account: string): Promise<void> {
  try {
    const broker = await cli.broker();
    const view = await broker.logout(account, { revoke: true });
    await broker.removeClientSecret(account);
    const detail = view.detail === undefined ? '' : ` (${printable(view.detail)})`;
    cli.out.write(`Signed out of ${printable(account)}. ${revocationSentence(view)}${detail}\n`);
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    const what = `the sign-in of ${account} could not be ended, and no file was removed: ${error.message}`;
    const hint = 'Once that is cured, run it again: keytray uninstall --everything';
    throw new CommandFailure(failures[error.code].exit, what, hint, { cause: error });
  }
}

/** The file goes only where nothing but accounts was in it: a comment, or another key, is the person's. */
async function forgetAccounts(cli: Cli, { configFile: file, written }: Everything): Promise<void> {
  const { file: _file, ...sources } = await configSources(cli.env);
  const { removeAccount } = await import('../core/config/edit-config.ts');
  for (const id of written) await removeAccount(file, id, sources);
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return;
  if (!/^\s*(?:accounts:\s*(?:\{\s*\})?)?\s*$/.test(readFileSync(file, 'utf8'))) return;
  rmSync(file);
  removeIfEmpty(dirname(file));
}

function sayWhatStays(cli: Cli, { accounts, configFile, written }: Everything, left: readonly string[]): void {
  const elsewhere = accounts.map(({ account }) => account).filter((id) => !written.includes(id));
  const config = lstatSync(configFile, { throwIfNoEntry: false }) === undefined ? [] : [configFile];
  const lines = [
    ...[...config, ...left].map((path) => `${path}: not made by Keytray alone`),
    ...(elsewhere.length === 0 ? [] : [`${elsewhere.join(', ')}: in a folder config.d, which Keytray only reads`]),
    'the item .keytray in the keychain, which has no token in it; delete it in the program that shows your keychain',
    'what services issued: API keys until they are revoked there, database passwords for up to an hour',
    'the programs of Keytray',
  ];
  cli.out.write(`What stays:\n${lines.map((line) => `  ${printable(line)}\n`).join('')}`);
}

async function stopIfRunning(cli: Cli, pid: number): Promise<void> {
  const running = await runningBroker(cli).catch(() => undefined);
  if (running?.pid === pid) await stopBroker(cli, running);
}
