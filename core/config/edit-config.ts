import { readFile, realpath } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { KeytrayError } from '../errors.ts';
import { formatConfigError } from './config-error.ts';
import { type ConfigSources, codeOf, readSource } from './config-files.ts';
import { whileLocked } from './edit-lock.ts';
import { insertAccount, removeAccountText } from './edit-text.ts';
import { parseYaml } from './parse-yaml.ts';
import { dropInFoldersFor } from './paths.ts';
import { interpretSources, type ReadSources, readSources } from './read-config.ts';
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
      expected: (accounts) => ({ ...accounts, [id]: kept }),
    };
  });
}

/** Rejects with a `KeytrayError`: `unknown_account`, `misconfigured` (lives in a drop-in, or the result would not validate). */
export async function removeAccount(file: string, id: string, options: EditOptions = {}): Promise<void> {
  await edit(file, options, (text, where) => {
    const place = where(id);
    if (place === undefined) throw new KeytrayError('unknown_account', `no account ${id} in ${file}`, { account: id });
    if (!place.main) {
      throw new KeytrayError('misconfigured', `${id} is in ${place.at}, which Keytray only reads; remove it there`, {
        account: id,
      });
    }
    return {
      text: removeAccountText(text, id),
      expected: ({ [id]: _removed, ...rest }) => rest,
    };
  });
}

type Accounts = Readonly<Record<string, unknown>>;
type Where = (id: string) => { readonly at: string; readonly main: boolean } | undefined;
type Change = (
  text: string,
  where: Where,
) => { readonly text: string; readonly expected: (accounts: Accounts) => Accounts };

const tries = 5;

async function edit(file: string, options: EditOptions, change: Change): Promise<void> {
  const sources: ConfigSources = {
    file,
    dropIns: options.dropIns ?? dropInFoldersFor(file),
    uid: options.uid ?? process.getuid?.() ?? 0,
  };
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
  const target = main.kind === 'missing' ? file : await realpath(file);
  const bytes = main.kind === 'missing' ? undefined : await readFile(target);
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
  const meant = { ...parsed(before), accounts: result.expected(accountsOf(before)) };
  if (!isDeepStrictEqual({ ...parsed(result.text), accounts: accountsOf(result.text) }, meant)) {
    throw new KeytrayError('internal_error', `${file} has a form that cannot be edited safely; edit it by hand`);
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

function parsed(text: string): Accounts {
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

function accountsOf(text: string): Accounts {
  const { accounts } = parsed(text);
  return typeof accounts === 'object' && accounts !== null && !Array.isArray(accounts) ? { ...accounts } : {};
}
