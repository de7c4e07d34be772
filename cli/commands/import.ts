import { type Command, Option } from 'commander';
import { KeytrayError } from '../../core/errors.ts';
import { type SourceName, sourceNames } from '../../core/imports/source-names.ts';
import type { SourceRead } from '../../core/imports/sources.ts';
import type { Cli } from '../cli.ts';
import { configSources, loadConfig } from '../configuration.ts';
import { confirmed, consentOf } from '../confirm.ts';
import { CommandFailure, usageFailure } from '../failure.ts';
import type { Planned } from '../import/plan.ts';
import type { TakenOver } from '../import/take-over.ts';
import { readAll } from '../input.ts';
import { formatJson } from '../output/json.ts';
import { printable } from '../output/printable.ts';

interface ImportOptions {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly remove?: true;
  readonly store?: string;
  readonly json?: true;
}

async function readFrom(cli: Cli, name: SourceName, file: string | undefined): Promise<SourceRead> {
  const { readEnvFile, readEnvText, readSource } = await import('../../core/imports/sources.ts');
  if (name !== 'env') {
    if (file !== undefined) throw usageFailure('too many arguments', `Write: keytray import ${name}`);
    return await readSource(name, cli.env);
  }
  if (file === undefined)
    throw usageFailure('no file named', 'Write: keytray import env FILE, or - for standard input');
  if (file !== '-') return await readEnvFile(file);
  const { largestSource } = await import('../../core/imports/source-file.ts');
  const text = await readAll(cli, largestSource);
  if (text.length > largestSource)
    throw usageFailure('standard input is larger than 1 MiB', 'Pipe in the variables alone.');
  return readEnvText(text);
}

/** What is wrong is another tool's file: what there is to do for a failure in general does not fit. */
async function read(cli: Cli, name: SourceName, file: string | undefined): Promise<SourceRead> {
  try {
    return await readFrom(cli, name, file);
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    throw usageFailure(error.message, 'Nothing was changed. See: keytray import --help');
  }
}

/** Before anything is written: a secret that nobody takes must not cost an account. */
async function requireBroker(cli: Cli, plan: readonly Planned[]) {
  const broker = await cli.broker();
  if (plan.some(({ kind, found }) => kind === 'add' && found.secrets.size > 0)) await broker.status();
  return broker;
}

async function runImport(cli: Cli, name: SourceName, file: string | undefined, options: ImportOptions): Promise<void> {
  const source = await read(cli, name, file);
  const { planImport } = await import('../import/plan.ts');
  const { findingsJson, findingsText, resultText } = await import('../import/words.ts');
  const { accounts } = await loadConfig(cli.env);
  const plan = planImport(source.accounts, accounts, options.store);
  const written = file === undefined ? name : `${name} ${file}`;
  const json = options.json === true;
  if (!json) {
    if (plan.length === 0) cli.err.write(`keytray: ${nothingText(source)}\n`);
    cli.out.write(findingsText(source, plan, cli.out.columns));
  }
  const adds = plan.filter(({ kind }) => kind === 'add').length;
  const consent = consentOf(cli, options.yes === true);
  const question = `Add ${adds === 1 ? 'this account' : `these ${adds} accounts`}${options.remove ? ', and remove the secrets where they were found' : ''}?`;
  // Of a program that reads JSON nobody answers a question.
  const asks = consent === 'asked' && !json;
  if (options.dryRun || adds === 0 || !(consent === 'given' || (asks && (await confirmed(cli, question))))) {
    if (json) cli.out.write(formatJson(findingsJson(name, source, plan)));
    else if (adds > 0 && !asks)
      cli.out.write(`Nothing was changed. To take them over: keytray import ${written} --yes\n`);
    else if (adds > 0) cli.out.write('Nothing was changed.\n');
    return;
  }
  const broker = await requireBroker(cli, plan);
  const { takeOver } = await import('../import/take-over.ts');
  const sources = await configSources(cli.env);
  const results = await takeOver(plan, { broker, sources, remove: options.remove === true });
  if (json) cli.out.write(formatJson(findingsJson(name, source, plan, results)));
  else
    for (const planned of plan)
      writeResult(
        cli,
        results.find(({ id }) => id === planned.id),
        planned,
        resultText,
      );
  requireAll(results);
}

function writeResult(
  cli: Cli,
  result: TakenOver | undefined,
  planned: Planned,
  text: (result: TakenOver, planned: Planned) => string,
): void {
  if (result === undefined) return;
  const screen = result.outcome === 'failed' || result.removed === false ? cli.err : cli.out;
  screen.write(`${printable(text(result, planned))}\n`);
}

const nothingText = ({ files, looked }: SourceRead): string =>
  files.length === 0 ? `nothing is there: looked for ${looked.join(', ')}` : 'nothing in it can be taken over';

function requireAll(results: readonly TakenOver[]): void {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const [first] = failed;
  if (first === undefined) return;
  const left = failed.length === 1 ? first.id : `${failed.length} of ${results.length} accounts`;
  const hint =
    'Nothing of them was kept, and nothing removed where they were found. Correct it and run the same again.';
  throw new CommandFailure(first.exit ?? 1, `${left} could not be taken over`, hint);
}

export function addImport(program: Command, cli: Cli): void {
  program
    .command('import')
    .helpGroup('Set up:')
    .description('take over the accounts and keys that other tools hold, and show them first')
    .addArgument(program.createArgument('<source>').choices(sourceNames))
    .argument('[file]', 'of env: a .env file, or - for standard input')
    .option('--dry-run', 'show what was found, change nothing')
    .option('--yes', 'take it over without asking')
    .option('--remove', 'remove each secret where it was found, once it is kept')
    .addOption(new Option('--store <store>', 'where they are kept').choices(['keychain', 'encrypted-file', 'memory']))
    .option('--json', 'print what was found as JSON')
    .action((name: SourceName, file: string | undefined, options: ImportOptions) =>
      runImport(cli, name, file, options),
    );
}
