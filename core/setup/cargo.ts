import { join } from 'node:path';
import { removeInSection, sectionsOf, setInSection, valueIn } from './section-text.ts';
import { ownerOf } from './served.ts';
import { orNoFile } from './text-lines.ts';
import type { SetupAccount, SetupContext, Tool } from './tool.ts';
import { isOneOf, list } from './words.ts';

const program = 'cargo-credential-keytray';
const key = 'credential-provider';
const ours = new RegExp(`/${program}"\\s*,?\\s*\\]$`);

interface Registry {
  readonly name: string;
  /** Of its section. */
  readonly header: string;
  readonly index: string;
}

const cargoHome = ({ env, home }: SetupContext): string => env.CARGO_HOME || join(home, '.cargo');

/** Cargo reads the name without an ending first, where both are there. */
function configFile(context: SetupContext): string {
  const old = join(cargoHome(context), 'config');
  return context.look.read(old) === undefined ? `${old}.toml` : old;
}

function tomlString(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export function registriesIn(text: string): readonly Registry[] {
  return sectionsOf(text).flatMap(({ header }) => {
    const name = /^registries\s*\.\s*(?:"([^"]+)"|([\w-]+))$/
      .exec(header)
      ?.slice(1)
      .find((part) => part !== undefined);
    const index = /^(["'])(.*)\1/.exec(valueIn(text, header, 'index') ?? '')?.[2];
    return name === undefined || index === undefined ? [] : [{ name, header, index }];
  });
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
      registriesIn(text).filter((registry) => ownedBy(registry, context.accounts).kind === 'one');
    return {
      files: [
        {
          path: file,
          edit: (text) =>
            text === undefined
              ? undefined
              : served(text).reduce(
                  (edited, { header }) => setInSection(edited, header, key, `[${tomlString(helper)}]`),
                  text,
                ),
        },
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
      obstacles: ({ before }) =>
        served(before(file) ?? '')
          .map(({ name }) => `CARGO_REGISTRIES_${name.toUpperCase().replaceAll('-', '_')}_CREDENTIAL_PROVIDER`)
          .filter((variable) => context.env[variable] !== undefined)
          .map((variable) => `${variable} is asked before Keytray; unset it`),
      warnings: ({ before }) => {
        const text = before(file) ?? '';
        const found = served(text);
        const credentials = join(cargoHome(context), 'credentials');
        const tokens = context.look.read(`${credentials}.toml`) ?? context.look.read(credentials) ?? '';
        const unclear = registriesIn(text).flatMap((registry) => {
          const owner = ownedBy(registry, context.accounts);
          return owner.kind === 'several'
            ? [`${list(owner.accounts)} all serve ${registry.name}: nothing was written for it`]
            : [];
        });
        return [
          ...found
            .filter(({ header }) => valueIn(text, header, key) !== undefined)
            .map(({ name }) => `${name} had a ${key} of its own: it is not asked any more, Keytray is`),
          ...found
            .filter(({ header }) => valueIn(tokens, header, 'token') !== undefined)
            .map(({ name }) => `${credentials}.toml still holds a token for ${name}, which cargo ignores; remove it`),
          ...unclear,
        ];
      },
    };
  },
  clean(text, known) {
    const before = known?.before ?? '';
    const rest = sectionsOf(text).reduce((edited, { header }) => {
      if (!ours.test(valueIn(edited, header, key) ?? '')) return edited;
      const previous = valueIn(before, header, key);
      return previous === undefined || ours.test(previous)
        ? removeInSection(edited, header, key, false)
        : setInSection(edited, header, key, previous);
    }, text);
    return orNoFile(rest, known);
  },
};
