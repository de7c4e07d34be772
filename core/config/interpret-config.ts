import { homedir } from 'node:os';
import { accountConfig, caFile } from './account-config.ts';
import { isAccountId } from './account-id.ts';
import { checkAccount } from './account-rules.ts';
import { checkSources } from './account-sources.ts';
import type { AccountConfig, Config, ProxyConfig } from './config.ts';
import { type ConfigError, formatPath } from './config-error.ts';
import { accountSchema, configSchema, minutesOf } from './config-schema.ts';
import { parseYaml } from './parse-yaml.ts';
import { schemaProblems } from './schema-problems.ts';
import { findNode, plainValue, type YamlMap, type YamlProblem } from './yaml-tree.ts';

export interface SourceText {
  readonly file: string;
  readonly text: string;
}

export type Interpreted =
  | { readonly kind: 'ok'; readonly config: Config }
  | { readonly kind: 'invalid'; readonly errors: readonly ConfigError[] };

interface Found {
  readonly accounts: readonly AccountConfig[];
  readonly autostart: boolean | undefined;
  readonly tray: 'auto' | 'off' | undefined;
  readonly reminder: number | undefined;
  readonly proxy: ProxyConfig | undefined;
  readonly ca: string | undefined;
  readonly errors: readonly ConfigError[];
}

/** Main file first: for what only one file can say, the first that says it wins. */
export function interpretConfig(sources: readonly SourceText[]): Interpreted {
  const files = sources.map(interpretFile);
  const errors = files.flatMap((found) => found.errors);
  const accounts = new Map<string, AccountConfig>();
  for (const account of files.flatMap((found) => found.accounts)) {
    const first = accounts.get(account.id);
    if (first === undefined) {
      accounts.set(account.id, account);
      continue;
    }
    errors.push({
      ...account.position,
      path: formatPath(['accounts', account.id]),
      message: `the account is also in ${first.position.file}:${first.position.line}`,
      fix: 'keep it in one file',
    });
  }
  // Between accounts: only where each is sound by itself.
  if (errors.length === 0) errors.push(...checkSources(accounts));
  if (errors.length > 0) return { kind: 'invalid', errors };
  const autostart = files.find((found) => found.autostart !== undefined)?.autostart ?? false;
  const tray = files.find((found) => found.tray !== undefined)?.tray ?? 'auto';
  const reminder = files.find((found) => found.reminder !== undefined)?.reminder ?? 15;
  const proxy = files.find((found) => found.proxy !== undefined)?.proxy;
  const ca = files.find((found) => found.ca !== undefined)?.ca;
  return { kind: 'ok', config: { accounts: trusting(accounts, ca), agent: { autostart, tray }, reminder, proxy } };
}

/** `tls.ca` of the file for accounts that name no authority of their own. */
function trusting(accounts: Config['accounts'], ca: string | undefined): Config['accounts'] {
  if (ca === undefined) return accounts;
  return new Map(
    [...accounts].map(([id, account]) => [id, { ...account, tls: { ...account.tls, ca: account.tls.ca ?? ca } }]),
  );
}

const shallowSchema = configSchema.omit({ accounts: true });

function interpretFile({ file, text }: SourceText): Found {
  const nothing = {
    accounts: [],
    autostart: undefined,
    tray: undefined,
    reminder: undefined,
    proxy: undefined,
    ca: undefined,
  };
  const errorOf = ({ line, path, message, fix }: YamlProblem): ConfigError => ({
    file,
    line,
    path: formatPath(path),
    message,
    fix,
  });
  const parsed = parseYaml(text);
  if (parsed.kind === 'invalid') return { ...nothing, errors: parsed.problems.map(errorOf) };
  const { root } = parsed;
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) return { ...nothing, errors: [] };
  if (root.kind !== 'map') {
    const problem = { line: root.line, path: [], message: 'not a block of keys', fix: 'begin with accounts:' };
    return { ...nothing, errors: [errorOf(problem)] };
  }
  const problems: YamlProblem[] = [];
  const entries = new Map([...root.entries].filter(([key]) => key !== 'accounts'));
  const shallow = shallowSchema.safeParse(plainValue({ ...root, entries }));
  if (!shallow.success) problems.push(...schemaProblems(shallow.error.issues, [], root));
  const accounts = interpretAccounts(root, file, problems);
  const proxy = shallow.data?.proxy;
  return {
    accounts,
    autostart: shallow.data?.agent?.autostart,
    tray: shallow.data?.agent?.tray,
    reminder: shallow.data?.reminder === undefined ? undefined : minutesOf(shallow.data.reminder),
    proxy: proxy && { url: proxy.url, except: proxy.except ?? [] },
    ca: caFile(shallow.data?.tls?.ca, file, homedir()),
    errors: problems.sort((left, right) => left.line - right.line).map(errorOf),
  };
}

function interpretAccounts(root: YamlMap, file: string, problems: YamlProblem[]): readonly AccountConfig[] {
  const entry = root.entries.get('accounts');
  if (entry === undefined || (entry.value.kind === 'scalar' && entry.value.value === null)) return [];
  if (entry.value.kind !== 'map') {
    const fix = 'write each account as an indented key';
    problems.push({ line: entry.line, path: ['accounts'], message: 'a block of accounts is wanted', fix });
    return [];
  }
  const home = homedir();
  return [...entry.value.entries].flatMap(([id, { line, value }]) => {
    const path = ['accounts', id];
    if (!isAccountId(id)) {
      const fix = 'use a-z, 0-9, . _ - and at most one @, up to 64 characters, as gitlab@work';
      problems.push({ line, path, message: 'not an account id', fix });
      return [];
    }
    const parsed = accountSchema.safeParse(plainValue(value));
    if (!parsed.success) {
      problems.push(...schemaProblems(parsed.error.issues, path, root));
      return [];
    }
    const account = accountConfig(id, parsed.data, { file, line }, home);
    for (const { key, message, fix } of checkAccount(account)) {
      const at = key === undefined ? path : [...path, key];
      problems.push({ line: findNode(root, at).line, path: at, message, fix });
    }
    return [account];
  });
}
