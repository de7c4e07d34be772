import { basename, resolve } from 'node:path';
import { withReferences } from '../../core/scan/reference.ts';
import { type ScanSettings, scanText } from '../../core/scan/scan-text.ts';
import type { Cli } from '../cli.ts';
import { requireConsent } from '../confirm.ts';
import { usageFailure } from '../failure.ts';
import { printable } from '../output/printable.ts';

/** Puts a variable in the place of every secret of a file: shows the difference, without the values, and asks. */
export async function replaceIn(cli: Cli, name: string, yes: boolean, settings: ScanSettings): Promise<void> {
  const file = resolve(name);
  if (/^\.env(?:\.|$)|\.env$/.test(basename(file))) {
    throw usageFailure(
      `${name} is where variables get their values`,
      `Take them over: keytray import env ${name} --remove`,
    );
  }
  const [{ readSourceFile, utf8Text }, { changeLocked, realFile }, { unifiedDiff }] = await Promise.all([
    import('../../core/imports/source-file.ts'),
    import('../../core/setup/engine/locked-file.ts'),
    import('../../core/setup/engine/diff.ts'),
  ]);
  const before = await readSourceFile(file);
  if (before === undefined) throw usageFailure(`${name} is not there`, 'Name a file.');
  const places = await scanText(file, before.text, settings);
  if (places.length === 0) return void cli.out.write(`Nothing was found in ${printable(name)}.\n`);
  const { text, variables } = withReferences(file, before.text, places);
  const secrets = places
    .map(({ from, to }) => before.text.slice(from, to))
    .sort((one, other) => other.length - one.length);
  const mask = (line: string): string =>
    printable(secrets.reduce((shown, secret) => shown.replaceAll(secret, '…'), line));
  cli.out.write(unifiedDiff(name, before.text, text, mask));
  cli.out.write(
    `Programs then find it in ${variables.join(', ')}: keytray exec ACCOUNT -- COMMAND sets such variables.\n`,
  );
  if (!(await requireConsent(cli, yes, 'Write it?'))) return;
  let written = false;
  await changeLocked(realFile(file), 0o600, async (current) => {
    written = current !== undefined && utf8Text(current, file) === before.text;
    return { bytes: written ? Buffer.from(text) : current };
  });
  if (!written) throw usageFailure(`${name} was changed meanwhile; nothing was written`, 'Run it again.');
  cli.out.write('Written. The secret is in the history of the file still: replace it at its service.\n');
}
