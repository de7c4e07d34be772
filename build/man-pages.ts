import type { Command } from 'commander';
import { bold, type Entry, entry, paragraph, roff, sample, section, subsection, title } from './man-roff.ts';

export interface ManualPage {
  /** `keytray-login.1` */
  readonly file: string;
  readonly text: string;
}

/** What no command says of itself; docs/cli.md holds the same, and a test compares the two. */
export interface CommonParts {
  readonly version: string;
  readonly exitStatuses: readonly Entry[];
  readonly variables: readonly Entry[];
  readonly files: readonly Entry[];
  readonly examples: string;
  /** Names that tools look for; each is a page that leads to `keytray helper`. */
  readonly helperNames: readonly string[];
}

const manualName = 'Keytray manual';

interface Named {
  readonly command: Command;
  /** `keytray accounts add` */
  readonly words: string;
  readonly page: string;
}

/** Every command but `help`, which the pages replace. */
function flatten(command: Command, before = ''): readonly Named[] {
  const words = `${before}${command.name()}`;
  const below = command.commands
    .filter((child) => child.name() !== 'help')
    .flatMap((child) => flatten(child, `${words} `));
  return [{ command, words, page: words.replaceAll(' ', '-') }, ...below];
}

function usage({ command, words }: Named): string {
  return `${words} ${command.usage()}`.trim();
}

function options(command: Command): readonly string[] {
  const entries = command.createHelp().visibleOptions(command);
  if (entries.length === 0) return [];
  return [
    section('OPTIONS'),
    ...entries.map(({ flags, description, argChoices = [], defaultValue }) => {
      const standard = typeof defaultValue === 'string' ? [`default: ${defaultValue}`] : [];
      const more = [...(argChoices.length > 0 ? [argChoices.join(', ')] : []), ...standard].join('; ');
      return entry({ term: flags, text: more === '' ? description : `${description} (${more})` });
    }),
  ];
}

function parameters(command: Command): readonly string[] {
  const described = command.registeredArguments.filter(({ description }) => description !== '');
  if (described.length === 0) return [];
  return [
    section('ARGUMENTS'),
    ...described.map((each) => entry({ term: each.name().toUpperCase(), text: each.description })),
  ];
}

/** By the headings that `--help` shows them under. */
function commands(of: Named): readonly string[] {
  const children = of.command.commands.filter((child) => child.name() !== 'help');
  if (children.length === 0) return [];
  const groups = Map.groupBy(children, (child) => child.helpGroup() ?? '');
  const lines = [...groups].flatMap(([heading, members]) => [
    ...(heading === '' ? [] : [subsection(heading.replace(/:$/, ''))]),
    ...members.map((child) => entry({ term: `${of.words} ${child.name()}`, text: child.description() })),
  ]);
  return [section('COMMANDS'), ...lines];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => (text.endsWith('.') ? capital(text) : `${capital(text)}.`);

function seeAlso(named: readonly Named[], of: Named): readonly string[] {
  const around = named.filter(
    ({ words }) => words !== of.words && (of.words.startsWith(`${words} `) || words.startsWith(`${of.words} `)),
  );
  if (around.length === 0) return [];
  return [section('SEE ALSO'), roff(around.map(({ page }) => `${page}(1)`).join(', '))];
}

function pageOf(named: readonly Named[], of: Named, common: CommonParts): ManualPage {
  const top = of.words === named[0]?.words;
  const lines = [
    title({ name: of.page, section: 1, source: `Keytray ${common.version}`, manual: manualName }),
    section('NAME'),
    `${roff(of.page)} \\- ${roff(of.command.description().replace(/\.$/, ''))}`,
    section('SYNOPSIS'),
    bold(usage(of)),
    section('DESCRIPTION'),
    paragraph(sentence(of.command.description())),
    ...parameters(of.command),
    ...commands(of),
    ...options(of.command),
    ...(top ? commonSections(common) : [section('EXIT STATUS'), paragraph('As listed in keytray(1).')]),
    ...seeAlso(named, of),
  ];
  return { file: `${of.page}.1`, text: `${lines.join('\n')}\n` };
}

function commonSections({ exitStatuses, variables, files, examples }: CommonParts): readonly string[] {
  return [
    section('EXIT STATUS'),
    ...exitStatuses.map(entry),
    section('ENVIRONMENT'),
    ...variables.map(entry),
    section('FILES'),
    ...files.map(entry),
    section('EXAMPLES'),
    sample(examples),
  ];
}

/** One page per command, made of what `--help` is made of. */
export function manualPages(program: Command, common: CommonParts): readonly ManualPage[] {
  const named = flatten(program);
  const pages = named.map((of) => pageOf(named, of, common));
  const aliases = common.helperNames.map((name) => ({ file: `${name}.1`, text: '.so man1/keytray-helper.1\n' }));
  return [...pages, ...aliases];
}
