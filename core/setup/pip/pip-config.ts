import { join } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { type IniEntry, type IniSection, iniProblem, iniSections } from '../engine/ini-text.ts';
import type { SetupContext } from '../engine/tool.ts';
import { correctFile } from '../engine/words.ts';

const key = 'keyring-provider';
/** Values that say nothing of a person. */
const known = ['auto', 'disabled', 'import', 'subprocess'];

/** pip takes `keyring_provider` and `--keyring-provider` for the same. */
const isKey = ({ key: written }: IniEntry): boolean => written.replaceAll('_', '-').replace(/^--/, '') === key;

interface PipText {
  /** `[global]`. */
  readonly section: IniSection | undefined;
  /** As it is written where it counts for `[global]`, or would. */
  readonly key: string;
  /** Of `[global]` itself. */
  readonly entry: IniEntry | undefined;
  /** What each section says for its command, also by way of `[DEFAULT]`. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Throws a `KeytrayError` where pip would end with an error, or where a `[global]` that is yet to come would make
 * values of `[DEFAULT]` count that pip does not read so far.
 */
export function requireReadable(text: string, file: string): void {
  const refuse = (what: string, advice: string): never => {
    throw new KeytrayError('misconfigured', what, { advice });
  };
  const problem = iniProblem(text);
  if (problem !== undefined) refuse(`${file}:${problem.line}: ${problem.why}, which pip does not read`, correctFile);
  if (/\r(?!\n)/.test(text))
    refuse(`${file} has lines that end with CR alone`, 'Convert them to LF, then set pip up again.');
  const sections = iniSections(text);
  const inherited = sections.some(({ name, entries }) => name === 'DEFAULT' && !entries.every(isKey));
  if (inherited && !sections.some(({ name }) => name === 'global')) {
    refuse(
      `${file} has values in [DEFAULT] that [global] would take over`,
      'Add the line [global] to the file, then set pip up again.',
    );
  }
}

/** As pip reads it (`_internal/configuration.py`). */
export function readPip(text: string): PipText {
  const sections = iniSections(text);
  const standard = sections.filter(({ name }) => name === 'DEFAULT').flatMap(({ entries }) => entries);
  // A key of `[DEFAULT]` keeps its place where a section has it as well, and of two spellings the last one counts.
  const counting = (entries: readonly IniEntry[]): IniEntry | undefined =>
    [...new Map([...standard, ...entries].map((entry) => [entry.key, entry])).values()].findLast(isKey);
  const values = sections.flatMap(({ name, entries }) => {
    const value = name === 'DEFAULT' ? undefined : counting(entries)?.value;
    return value === undefined ? [] : [[name, value] as const];
  });
  const section = sections.find(({ name }) => name === 'global');
  const written = counting(section?.entries ?? [])?.key ?? key;
  const entry = section?.entries.find((candidate) => candidate.key === written);
  return { section, key: written, entry, values: new Map(values) };
}

/** What `pip --version` tells: its number, and the folder that its Python lies in. */
export interface PipProgram {
  readonly version: string;
  readonly prefix: string | undefined;
  /** `keyring-provider` came with 23.1. */
  readonly knowsUs: boolean;
}

export function readPipVersion(printed: string | undefined): PipProgram | undefined {
  const [, version, major, minor, place = ''] = /^pip ((\d+)\.(\d+)\S*) from (\S.*)/.exec(printed ?? '') ?? [];
  if (version === undefined) return undefined;
  const prefix = /^(.+)\/lib\/python[^/]*\/(?:site|dist)-packages\/pip /.exec(place)?.[1];
  return { version, prefix, knowsUs: Number(major) > 23 || (Number(major) === 23 && Number(minor) >= 1) };
}

interface OtherFiles {
  /** In the order they count, the last one most. */
  readonly below: readonly string[];
  readonly above: readonly string[];
}

/** The files that pip reads besides ours; those of a virtual environment and of `PIP_CONFIG_FILE` count most. */
function otherFiles({ env, home }: SetupContext, ours: string, prefix: string | undefined): OtherFiles {
  const system = (env.XDG_CONFIG_DIRS || '/etc/xdg').split(':').map((folder) => join(folder, 'pip', 'pip.conf'));
  const user = [join(home, '.pip', 'pip.conf'), join(env.XDG_CONFIG_HOME || join(home, '.config'), 'pip', 'pip.conf')];
  const site = [...new Set([env.VIRTUAL_ENV, prefix])].flatMap((folder) => (folder ? [join(folder, 'pip.conf')] : []));
  const chosen = env.PIP_CONFIG_FILE === ours;
  const order = [...system, '/etc/pip.conf', ...(chosen ? [] : user), ...site, ...(chosen ? [ours] : [])];
  const at = order.indexOf(ours);
  return at < 0 ? { below: order, above: [] } : { below: order.slice(0, at), above: order.slice(at + 1) };
}

/** A value that may be a secret is not shown. */
export const said = (value: string): string => (known.includes(value) ? ` ${key} = ${value}` : ` a ${key}`);

/** What answers in front of `[global] keyring-provider = subprocess` of our file, a sentence each. */
export function overridesOf(
  context: SetupContext,
  ours: string,
  text: string,
  prefix: string | undefined,
): readonly string[] {
  const { below, above } = otherFiles(context, ours, prefix);
  const inFile = (file: string, content: string, withGlobal: boolean): readonly string[] =>
    [...readPip(content).values]
      .filter(([name, value]) => value !== 'subprocess' && (withGlobal || name !== 'global'))
      .map(([name, value]) => `${file} has${said(value)} in [${name}], which wins over Keytray; remove it there`);
  const read = (file: string, withGlobal: boolean): readonly string[] =>
    inFile(file, context.look.read(file) ?? '', withGlobal);
  return [
    ...inFile(ours, text, false),
    ...below.flatMap((file) => read(file, false)),
    ...above.flatMap((file) => read(file, true)),
  ];
}
