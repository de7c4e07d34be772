import { join } from 'node:path';
import { Argument, type Command } from 'commander';
import { splitAccountId } from '../../core/config/account-id.ts';
import { machineOf } from '../../core/config/paths.ts';
import { KeytrayError } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { requireConsent } from '../confirm.ts';
import { usageFailure } from '../failure.ts';
import { keptSecret, onDisk } from '../kept-secret.ts';
import { printable } from '../output/printable.ts';

interface ExportOptions {
  readonly as?: string;
  readonly yes?: true;
}

/** `~/.dataiku/config.json`, where Dataiku's clients look. */
const configOfDataiku = ({ env }: Cli): string => join(machineOf(env).home, '.dataiku', 'config.json');

async function exportDataiku(cli: Cli, id: string, options: ExportOptions): Promise<void> {
  const { fetch, title, service, url } = await keptSecret(cli, id);
  if (service !== 'dataiku' || url === undefined) {
    throw usageFailure(`${id} is not an account of Dataiku`, 'Choose one: keytray accounts list');
  }
  const [{ instanceProblem, isUnverified, withInstance }, { writeSecretFile }, { readSourceFile }, { makeFolderOf }] =
    await Promise.all([
      import('../../core/imports/dataiku-export.ts'),
      import('../../core/imports/secret-file.ts'),
      import('../../core/imports/source-file.ts'),
      import('../../core/setup/engine/locked-file.ts'),
    ]);
  const name = options.as ?? splitAccountId(id).label ?? 'default';
  const file = configOfDataiku(cli);
  try {
    const before = (await readSourceFile(file))?.text;
    // What cannot be written is not asked about.
    const problem = instanceProblem(before, file, name, url);
    if (problem !== undefined) throw new KeytrayError('invalid_request', problem);
    cli.out.write(`The ${title} of ${printable(id)} goes into ${file} (mode 0600), instance ${printable(name)}.\n`);
    cli.out.write(onDisk);
    if (isUnverified(before, file, name)) {
      cli.err.write(`keytray: that instance is used without a check of its certificate (no_check_certificate)\n`);
    }
    if (!(await requireConsent(cli, options.yes === true, 'Write it?'))) return;
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    throw usageFailure(error.message, 'Nothing was written. Another name for the instance: --as NAME');
  }
  const key = await fetch();
  makeFolderOf(file);
  await writeSecretFile(file, (text) => withInstance(text, file, { name, url, key }));
  cli.out.write(`Written. To take it back into Keytray: keytray import dataiku --remove\n`);
}

export function addExport(program: Command, cli: Cli): void {
  program
    .command('export')
    .helpGroup('Set up:')
    .description('write a key into the file that a tool reads; shows where and asks')
    .addArgument(new Argument('<target>').choices(['dataiku']))
    .argument('<account>')
    .option('--as <name>', 'name of the instance in the file, if not the label of the account')
    .option('--yes', 'write it without asking')
    .action((_target: string, account: string, options: ExportOptions) => exportDataiku(cli, account, options));
}
