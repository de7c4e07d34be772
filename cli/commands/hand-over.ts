import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { requireConsent } from '../confirm.ts';
import { usageFailure } from '../failure.ts';
import { requireIgnored, writeVariable } from '../hand-over/env-file.ts';
import { runWith, shownCommand, succeeds } from '../hand-over/run-command.ts';
import { commandFor, type TakingCommand, type TargetName, targetNames } from '../hand-over/targets.ts';
import { type KeptSecret, keptSecret, onDisk } from '../kept-secret.ts';
import { printable } from '../output/printable.ts';

interface HandOverOptions {
  readonly field?: string;
  readonly as?: string;
  readonly namespace?: string;
  readonly yes?: true;
}

const variableName = /^[A-Za-z_]\w*$/;

async function intoFile(
  cli: Cli,
  secret: KeptSecret,
  file: string | undefined,
  options: HandOverOptions,
): Promise<void> {
  if (file === undefined) throw usageFailure('no file named', 'Write: keytray hand-over ACCOUNT env FILE');
  const name = options.as ?? secret.variable;
  if (!variableName.test(name)) throw usageFailure(`not a name of a variable: ${name}`, 'Use letters, digits and _');
  const path = resolve(file);
  requireIgnored(path, cli.env);
  cli.out.write(`${name} with the ${secret.title} goes into ${printable(path)} (mode 0600).\n`);
  cli.out.write(onDisk);
  if (!(await requireConsent(cli, options.yes === true, 'Write it?'))) return;
  await writeVariable(path, name, await secret.fetch());
  cli.out.write('Written.\n');
}

async function byProgram(cli: Cli, secret: KeptSecret, command: TakingCommand, yes: boolean): Promise<void> {
  const { program, exists, otherwise, into, opensStdin: pipe = false } = command;
  const there = exists === undefined || (await succeeds({ program, args: exists }, cli.env));
  const step = { program, args: there ? command.args : (otherwise ?? command.args) };
  const shown = [step, ...(into === undefined ? [] : [into])].map(shownCommand).join(' | ');
  cli.out.write(`The ${secret.title} goes to the standard input of:\n  ${printable(shown)}\n`);
  if (!(await requireConsent(cli, yes, 'Run it?'))) return;
  const value = Buffer.from((await secret.fetch()).reveal());
  if (into === undefined) await runWith(step, cli.env, value, { pipe });
  else await runWith(into, cli.env, await runWith(step, cli.env, value, { pipe, captured: true }));
  cli.out.write('Handed over. What is kept there does not change when the key does: hand it over again then.\n');
}

async function handOver(cli: Cli, id: string, target: TargetName, words: readonly string[], options: HandOverOptions) {
  if (target !== 'kubectl' && options.namespace !== undefined)
    throw usageFailure('--namespace is for kubectl', `Leave it out for ${target}.`);
  const secret = await keptSecret(cli, id, options.field);
  if (target === 'env') return await intoFile(cli, secret, words[0], options);
  const name = options.as ?? secret.variable;
  const command = commandFor(target, { words, namespace: options.namespace, name });
  await byProgram(cli, secret, command, options.yes === true);
}

export function addHandOver(program: Command, cli: Cli): void {
  program
    .command('hand-over')
    .helpGroup('Set up:')
    .description('give a key to where something else has to have it; shows the command and asks')
    .argument('<account>')
    .addArgument(new Argument('<target>').choices(targetNames))
    .argument('[to...]', 'OWNER/REPO [NAME], NAME, SCOPE KEY, or FILE')
    .option('--as <name>', 'kubectl, env: the key or variable, if not the one that its tools read')
    .option('--field <name>', 'one of several values that were entered, such as app_key')
    .option('--namespace <namespace>', 'kubectl: where the secret is')
    .option('--yes', 'do it without asking')
    .addHelpText('after', '\nExample:\n  keytray hand-over quilt@ci github acme/api QUILT_API_KEY\n')
    .action((account: string, target: TargetName, words: readonly string[], options: HandOverOptions) =>
      handOver(cli, account, target, words, options),
    );
}
