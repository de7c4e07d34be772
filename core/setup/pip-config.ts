import { join } from 'node:path';
import { KeytrayError } from '../errors.ts';
import { type IniEntry, type IniSection, iniSections } from './ini-text.ts';
import type { SetupContext } from './tool.ts';

const key = 'keyring-provider';
/** Values that say nothing of a person. */
const known = ['auto', 'disabled', 'import', 'subprocess'];

/** pip takes `keyring_provider` and `--keyring-provider` for the same. */
const isKey = ({ key: written }: IniEntry): boolean => written.replace(/^--/, '').replaceAll('_', '-') === key;

interface PipText {
  /** Of `[global]`, with the entry that counts there. */
  readonly section: IniSection | undefined;
  readonly entry: IniEntry | undefined;
  /** What each section says for its command, also by way of `[DEFAULT]`. */
  readonly values: ReadonlyMap<string, string>;
}

/** Throws a `KeytrayError` where pip would end with an error. */
export function requireReadable(text: string, file: string): void {
  const names = new Set<string>();
  for (const { name, at } of iniSections(text)) {
    const message = `${file}:${at + 1}: a section stands there twice, which pip does not read; fix it first`;
    if (names.has(name)) throw new KeytrayError('misconfigured', message);
    names.add(name);
  }
}

/** As pip reads it (`_internal/configuration.py`). */
export function readPip(text: string): PipText {
  const sections = iniSections(text);
  const entryIn = (section: IniSection | undefined): IniEntry | undefined => section?.entries.findLast(isKey);
  const standard = entryIn(sections.find(({ name }) => name === 'DEFAULT'));
  const values = sections.flatMap((section) => {
    const value = section.name === 'DEFAULT' ? undefined : (entryIn(section) ?? standard)?.value;
    return value === undefined ? [] : [[section.name, value] as const];
  });
  const section = sections.find(({ name }) => name === 'global');
  return { section, entry: entryIn(section), values: new Map(values) };
}

interface OtherFiles {
  /** In the order they count, the last one most. */
  readonly below: readonly string[];
  readonly above: readonly string[];
}

/** The files that pip reads besides ours; those of a virtual environment and of `PIP_CONFIG_FILE` count most. */
function otherFiles({ env, home }: SetupContext, ours: string): OtherFiles {
  const system = (env.XDG_CONFIG_DIRS || '/etc/xdg').split(':').map((folder) => join(folder, 'pip', 'pip.conf'));
  const user = [join(home, '.pip', 'pip.conf'), join(env.XDG_CONFIG_HOME || join(home, '.config'), 'pip', 'pip.conf')];
  const site = env.VIRTUAL_ENV ? [join(env.VIRTUAL_ENV, 'pip.conf')] : [];
  const chosen = env.PIP_CONFIG_FILE === ours;
  const order = [...system, '/etc/pip.conf', ...(chosen ? [] : user), ...site, ...(chosen ? [ours] : [])];
  const at = order.indexOf(ours);
  return at < 0 ? { below: order, above: [] } : { below: order.slice(0, at), above: order.slice(at + 1) };
}

const said = (value: string): string => (known.includes(value) ? ` ${key} = ${value}` : ` a ${key}`);

/** What answers in front of `[global] keyring-provider = subprocess` of our file, a sentence each. */
export function overridesOf(context: SetupContext, ours: string, text: string): readonly string[] {
  const { below, above } = otherFiles(context, ours);
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
