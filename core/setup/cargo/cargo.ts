import { dirname, join } from 'node:path';
import { ownerOf } from '../engine/served.ts';
import { orNoFile } from '../engine/text-lines.ts';
import {
  readToml,
  type TomlTable,
  tableIn,
  tomlString,
  valueAt,
  withTomlBefore,
  withTomlWords,
} from '../engine/toml-text.ts';
import type { SetupAccount, SetupContext, Tool } from '../engine/tool.ts';
import { isOneOf, list } from '../engine/words.ts';

const program = 'cargo-credential-keytray';
const key = 'credential-provider';

interface Registry {
  readonly name: string;
  readonly index: string;
  /** The words of its `credential-provider`; a string is split at blanks, as cargo does. */
  readonly provider: readonly string[] | undefined;
}

const cargoHome = ({ env, home }: SetupContext): string => env.CARGO_HOME || join(home, '.cargo');

/** Cargo reads the name without an ending first, where both are there. */
function configFile(context: SetupContext): string {
  const old = join(cargoHome(context), 'config');
  return context.look.read(old) === undefined ? `${old}.toml` : old;
}

function wordsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return value.split(/\s+/).filter((word) => word !== '');
  return Array.isArray(value) ? value.map(String) : undefined;
}

const isOurs = ({ provider }: Registry): boolean => provider?.[0]?.endsWith(`/${program}`) === true;

/** Of a text that is TOML; throws a `KeytrayError` that names `file` otherwise. */
export function registriesIn(text: string, file = 'config.toml'): readonly Registry[] {
  const registries = tableIn(readToml(text, file), 'registries');
  return Object.keys(registries).flatMap((name) => {
    const { index, [key]: provider } = tableIn(registries, name);
    return typeof index === 'string' ? [{ name, index, provider: wordsOf(provider) }] : [];
  });
}

/** Whether cargo has a token stored for a registry; a file it could not read holds none. */
function hasToken(text: string, name: string): boolean {
  return valueAt(tomlOrNothing(text), ['registries', name, 'token']) !== undefined;
}

/** The folder and those above it, the nearest first. */
function foldersUp(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersUp(above)];
}

/**
 * What a project says of the provider of a served registry. Cargo (1.85) puts the words of a list behind ours, and reads
 * no configuration at all where one file has text and the other a list.
 */
function providersOfProjects(context: SetupContext, file: string, own: readonly Registry[]): readonly string[] {
  return foldersUp(context.cwd).flatMap((folder) => {
    const old = join(folder, '.cargo', 'config');
    const place = context.look.read(old) === undefined ? `${old}.toml` : old;
    if (isOneOf(file, [place], context)) return [];
    const registries = tableIn(tomlOrNothing(context.look.read(place)), 'registries');
    return Object.keys(registries).flatMap((name) => {
      const { index = own.find((registry) => registry.name === name)?.index, [key]: value } = tableIn(registries, name);
      const provider = wordsOf(value);
      if (typeof index !== 'string' || provider === undefined) return [];
      const registry = { name, index, provider };
      if (isOurs(registry) || ownedBy(registry, context.accounts).kind !== 'one') return [];
      return typeof value === 'string'
        ? [`${place} has text for ${key} of ${name} where ${file} has a list: cargo then does nothing there; remove it`]
        : [`${place} has words for ${key} of ${name}, which cargo puts behind those for Keytray; remove them there`];
    });
  });
}

/** A project's file that cargo cannot read is the project's trouble. */
function tomlOrNothing(text = ''): TomlTable {
  try {
    return readToml(text, '');
  } catch {
    return {};
  }
}

function ownedBy({ index }: Registry, accounts: readonly SetupAccount[]) {
  return ownerOf(index.replace(/^sparse\+/, ''), accounts, 'cargo');
}

export const cargo: Tool = {
  name: 'cargo',
  title: 'Cargo',
  programs: ['cargo'],
  couldName(file, context) {
    const old = join(cargoHome(context), 'config');
    return isOneOf(file, [old, `${old}.toml`], context);
  },
  plan(context) {
    const file = configFile(context);
    const helper = join(context.programs.bin, program);
    const served = (text: string): readonly Registry[] =>
      registriesIn(text, file).filter((registry) => ownedBy(registry, context.accounts).kind === 'one');
    const withUs = (text: string, name: string, added: readonly string[] = []): string | undefined =>
      withTomlWords(text, file, ['registries', name, key], [helper, ...added], 'index');
    const edited = (text: string, current: string): string => {
      const kept = served(current).filter(isOurs);
      const added = (name: string) => kept.find((registry) => registry.name === name)?.provider?.slice(1);
      return served(text)
        .filter((registry) => !isOurs(registry))
        .reduce((rest, { name }) => withUs(rest, name, added(name)) ?? rest, text);
    };
    return {
      files: [
        { path: file, edit: (text, current) => (text === undefined ? undefined : edited(text, current ?? text)) },
      ],
      links: [],
      lines: ({ before }) => {
        const found = served(before(file) ?? '');
        if (found.length > 0) return [`Registries: ${list(found.map(({ name }) => name))}.`];
        return [
          `${file} names no registry that an account serves. Add it there, then run this again:`,
          '  [registries.NAME]',
          '  index = "sparse+https://HOST/…/"',
          'Or, for registries that projects name: [registry]',
          `  global-credential-providers = ["cargo:token", ${tomlString(helper)}]`,
        ];
      },
      obstacles: ({ before, after }) => [
        ...served(after(file) ?? before(file) ?? '')
          .filter((registry) => !isOurs(registry))
          .map(
            ({ name }) =>
              `${file} has ${name} in a form that is left alone; write in it yourself: ${key} = [${tomlString(helper)}]`,
          ),
        ...served(before(file) ?? '')
          .map(({ name }) => `CARGO_REGISTRIES_${name.toUpperCase().replaceAll('-', '_')}_CREDENTIAL_PROVIDER`)
          .filter((variable) => context.env[variable] !== undefined)
          .map((variable) => `${variable} is asked before Keytray; unset it`),
        ...providersOfProjects(context, file, registriesIn(after(file) ?? before(file) ?? '', file)),
      ],
      warnings: ({ before }) => {
        const text = before(file) ?? '';
        const found = served(text);
        const credentials = join(cargoHome(context), 'credentials');
        const tokens = context.look.read(`${credentials}.toml`) ?? context.look.read(credentials) ?? '';
        const unclear = registriesIn(text, file).flatMap((registry) => {
          const owner = ownedBy(registry, context.accounts);
          return owner.kind === 'several'
            ? [`${list(owner.accounts)} all serve ${registry.name}: nothing was written for it`]
            : [];
        });
        return [
          ...found
            .filter(
              (registry) =>
                registry.provider !== undefined && !isOurs(registry) && withUs(text, registry.name) !== undefined,
            )
            .map(({ name }) => `${name} had a ${key} of its own: it is not asked any more, Keytray is`),
          ...found
            .filter(({ name }) => hasToken(tokens, name))
            .map(({ name }) => `${credentials}.toml still holds a token for ${name}, which cargo ignores; remove it`),
          ...unclear,
        ];
      },
    };
  },
  clean(text, known, file) {
    const rest = registriesIn(text, file)
      .filter(isOurs)
      .reduce((edited, { name }) => {
        const path = ['registries', name, key];
        return withTomlBefore(edited, file, path, known?.before ?? '') ?? edited;
      }, text);
    return orNoFile(rest, known);
  },
};
