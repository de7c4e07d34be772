import type { Command } from 'commander';
import type { ScanSettings } from '../../core/scan/scan-text.ts';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { formatJson } from '../output/json.ts';
import { printable } from '../output/printable.ts';

interface ScanOptions {
  readonly staged?: true;
  readonly json?: true;
  readonly replace?: string;
  readonly yes?: true;
  readonly dataikuPrefix?: string;
}

/** As grep has it the other way round: something was found. */
const foundStatus = 1;

interface FoundPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly kind: string;
}

async function scan(cli: Cli, paths: readonly string[], options: ScanOptions, settings: ScanSettings): Promise<void> {
  const [{ stagedTexts, textsOf }, { positionOf, scanText }] = await Promise.all([
    import('../scan/sources.ts'),
    import('../../core/scan/scan-text.ts'),
  ]);
  const skipped = (file: string): void =>
    cli.err.write(`keytray: ${printable(file)} is larger than 1 MiB and was left out\n`);
  const texts = options.staged ? stagedTexts(paths, cli.env, skipped) : textsOf(paths, skipped);
  const found: FoundPlace[] = [];
  for await (const { file, text } of texts) {
    for (const { kind, from } of await scanText(file, text, settings)) {
      const place = { file, ...positionOf(text, from), kind };
      found.push(place);
      const { line, column } = place;
      if (!options.json) cli.out.write(`${printable(file)}:${line}:${column}: ${printable(kind)}\n`);
    }
  }
  if (options.json) cli.out.write(formatJson(found));
  if (found.length === 0) return;
  cli.setStatus(foundStatus);
  const files = new Set(found.map(({ file }) => file)).size;
  cli.err.write(`keytray: ${count(found.length, 'secret')} in ${count(files, 'file')}\n`);
  cli.err.write('  Take it over: keytray import; put a variable in its place: keytray scan --replace FILE\n');
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

export function addScan(program: Command, cli: Cli): void {
  program
    .command('scan')
    .helpGroup('Set up:')
    .description('find secrets in files; says where, and never what')
    .argument('[path...]', 'files, and folders with all that is in them')
    .option('--staged', 'what the next commit of git would have in it')
    .option('--replace <file>', 'put variables in the place of secrets; shows the difference and asks')
    .option('--yes', 'replace without asking')
    .option('--dataiku-prefix <prefix>', 'what API keys of your Dataiku begin with')
    .option('--json', 'print what was found as JSON')
    .action(async (paths: readonly string[], options: ScanOptions) => {
      const settings = { dataikuPrefix: options.dataikuPrefix };
      if (options.replace !== undefined) {
        if (paths.length > 0 || options.staged || options.json)
          throw usageFailure('--replace is for one file', 'Write: keytray scan --replace FILE');
        const { replaceIn } = await import('../scan/replace.ts');
        return await replaceIn(cli, options.replace, options.yes === true, settings);
      }
      if (paths.length === 0 && options.staged !== true)
        throw usageFailure('no path named', 'Name files or folders, or write --staged');
      await scan(cli, paths, options, settings);
    });
}
