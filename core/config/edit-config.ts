import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { KeytrayError } from '../errors.ts';
import { describeProblem, ownUid, wayProblem } from '../platform/trusted-path.ts';
import { formatConfigError } from './config-error.ts';
import { type ConfigSources, codeOf, readSource } from './config-files.ts';
import { whileLocked } from './edit-lock.ts';
import { insertAccount, removeAccountText } from './edit-text.ts';
import { parseYaml } from './parse-yaml.ts';
import { dropInFoldersFor } from './paths.ts';
import { interpretSources, type ReadSources, readSources } from './read-config.ts';
import { setKeyText } from './set-text.ts';
import { writeFileAtomically } from './write-file.ts';
import { findNode } from './yaml-tree.ts';

/** An account as written in the file: snake_case keys, plain values. */
export type AccountFields = Readonly<Record<string, unknown>>;

/** Unless said: the drop-ins that belong to the file, and the user this process runs as. */
export type EditOptions = Partial<Omit<ConfigSources, 'file'>>;

/** Rejects with a `KeytrayError`: `invalid_request` (id taken), `misconfigured` (the result would not validate). */
export async function addAccount(
  file: string,
  id: string,
  fields: AccountFields,
  options: EditOptions = {},
): Promise<void> {
  await edit(file, options, (text, where) => {
    const place = where(id);
    if (place !== undefined)
      throw new KeytrayError('invalid_request', `${id} is already in ${place.at}`, { account: id });
    const defined = Object.entries(fields).filter(([, value]) => value !== undefined);
    const kept = Object.fromEntries(defined);
    return {
      text: insertAccount(text, id, kept),
      expected: changedAccounts((accounts) => ({ ...accounts, [id]: kept })),
    };
  });
}

/** Rejects with a `KeytrayError`: `unknown_account`, `misconfigured` (lives in a drop-in, or the result would not validate). */
export async function removeAccount(file: string, id: string, options: EditOptions = {}): Promise<void> {
  await edit(file, options, (text, where) => {
    const place = where(id);
    ownPlace(place, id, file);
    return {
      text: removeAccountText(text, id),
      expected: changedAccounts(({ [id]: _removed, ...rest }) => rest),
    };
  });
}

/**
 * Sets one key of an account as the file spells it, or takes it out where `value` is undefined. Rejects with a
 * `KeytrayError`: `unknown_account`, `misconfigured` (lives in a drop-in, or the result would not validate).
 */
export async function setAccountKey(
  file: string,
  id: string,
  key: string,
  value: unknown,
  options: EditOptions = {},
): Promise<void> {
  await edit(file, options, (text, where) => {
    ownPlace(where(id), id, file);
    return {
      text: setKeyText(text, ['accounts', id, key], value),
      expected: changedAccounts((accounts) => ({ ...accounts, [id]: withKey(objectOf(accounts[id]), key, value) })),
    };
  });
}

/** Sets a key of the file itself. Rejects with a `KeytrayError` `misconfigured` where the result would not validate. */
export async function setTopLevelKey(
  file: string,
  key: string,
  value: unknown,
  options: EditOptions = {},
): Promise<void> {
  await edit(file, options, (text) => ({
    text: setKeyText(text, [key], value),
    expected: (whole) => withKey(whole, key, value),
  }));
}

function ownPlace(place: ReturnType<Where>, id: string, file: string): void {
  if (place === undefined) throw new KeytrayError('unknown_account', `no account ${id} in ${file}`, { account: id });
  if (place.main) return;
  const message = `${id} is in ${place.at}, which Keytray only reads; change it there`;
  throw new KeytrayError('misconfigured', message, { account: id });
}

type Fields = Readonly<Record<string, unknown>>;
type Where = (id: string) => { readonly at: string; readonly main: boolean } | undefined;
type Change = (text: string, where: Where) => { readonly text: string; readonly expected: (whole: Fields) => Fields };

const tries = 5;

async function edit(file: string, options: EditOptions, change: Change): Promise<void> {
  const sources: ConfigSources = {
    file,
    dropIns: options.dropIns ?? dropInFoldersFor(file),
    uid: options.uid ?? ownUid(),
  };
  const problem = wayProblem(dirname(file), sources.uid);
  if (problem !== undefined) throw new KeytrayError('misconfigured', describeProblem(problem));
  await whileLocked(file, async () => {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      if (await editOnce(sources, change)) return;
    }
    throw new KeytrayError('temporarily_unavailable', `${file} keeps changing; try again`);
  });
}

/** False where an editor, which knows nothing of our lock, wrote the file meanwhile. */
async function editOnce(sources: ConfigSources, change: Change): Promise<boolean> {
  const { file } = sources;
  const main = await readSource(file, sources.uid);
  if (main.kind === 'invalid') throw new KeytrayError('misconfigured', formatConfigError(main.error));
  // Dotfiles are often symbolic links: what they point to is changed, the link stays.
  const target = main.kind === 'missing' ? file : main.path;
  const bytes = main.kind === 'missing' ? undefined : main.bytes;
  const mark = bytes?.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? '\ufeff' : '';
  const before = main.kind === 'missing' ? '' : main.source.text;
  const read = await readSources(sources);
  const others: ReadSources = { ...read, texts: read.texts.filter((source) => source.file !== file) };

  const result = change(before, placesIn(file, before, others));
  const after: ReadSources = { ...others, texts: [{ file, text: result.text }, ...others.texts] };
  const judged = interpretSources(after);
  if (judged.kind === 'invalid') {
    throw new KeytrayError('misconfigured', judged.errors.map(formatConfigError).join('\n'));
  }
  const meant = result.expected(parsed(before));
  if (!isDeepStrictEqual(withAccounts(parsed(result.text)), withAccounts(meant))) {
    throw new KeytrayError('internal_error', `${file} has a form that cannot be edited safely`, {
      advice: 'Edit it by hand; nothing was changed.',
    });
  }
  return writeFileAtomically(target, mark + result.text, {
    stillFresh: async () => {
      const now = await readFile(target).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      });
      return bytes === undefined ? now === undefined : now?.equals(bytes) === true;
    },
  });
}

function placesIn(file: string, text: string, others: ReadSources): Where {
  const all = [{ file, text }, ...others.texts];
  return (id) => {
    for (const source of all) {
      const yaml = parseYaml(source.text);
      if (yaml.kind === 'invalid') continue;
      const { line, node } = findNode(yaml.root, ['accounts', id]);
      if (node !== undefined) return { at: `${source.file}:${line}`, main: source.file === file };
    }
    return undefined;
  };
}

function parsed(text: string): Fields {
  try {
    return objectOf(parse(text));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** No accounts, an empty list of them and a bare `accounts:` are the same. */
const withAccounts = (whole: Fields): Fields => ({ ...whole, accounts: objectOf(whole.accounts) });

const changedAccounts =
  (change: (accounts: Fields) => Fields) =>
  (whole: Fields): Fields => ({ ...whole, accounts: change(objectOf(whole.accounts)) });

function withKey(fields: Fields, key: string, value: unknown): Fields {
  const { [key]: _before, ...rest } = fields;
  return value === undefined ? rest : { ...rest, [key]: value };
}
