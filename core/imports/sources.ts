import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { machineOf } from '../config/paths.ts';
import { KeytrayError } from '../errors.ts';
import { services } from '../services/registry.ts';
import { readAwsSso } from './aws-sso.ts';
import { readDatabricks } from './databricks.ts';
import { readDataiku } from './dataiku.ts';
import { readEnv } from './env/env-file.ts';
import { readGh, readGlab } from './forges.ts';
import { type Findings, joined, nothingFound, type SourceText } from './found.ts';
import { readGcm, readGitCredentialOauth } from './git-clients.ts';
import { readOidcAgent } from './oidc-agent.ts';
import { readQuilt } from './quilt.ts';
import { readSourceFile } from './source-file.ts';
import type { SourceName } from './source-names.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a source held. */
export interface SourceRead extends Findings {
  /** The files that were there. */
  readonly files: readonly string[];
  /** Those that were looked for. */
  readonly looked: readonly string[];
}

/** Reads every file of a source. Rejects with a `KeytrayError` where one is not to be trusted, or cannot be understood. */
export async function readSource(name: Exclude<SourceName, 'env'>, env: Environment): Promise<SourceRead> {
  const looked: string[] = [];
  const files: string[] = [];
  const read = async (file: string): Promise<SourceText | undefined> => {
    looked.push(file);
    const source = await readSourceFile(file);
    if (source !== undefined) files.push(file);
    return source;
  };
  const findings = await readers[name](places(env), read);
  return { ...usable(findings), files, looked };
}

/** The assignments in a file. */
export async function readEnvFile(file: string): Promise<SourceRead> {
  const path = resolve(file);
  const source = await readSourceFile(path);
  if (source === undefined) throw new KeytrayError('invalid_request', `${path} is not there`);
  return { ...usable(readEnv(source, { changes: true })), files: [path], looked: [path] };
}

/** The same from standard input, where nothing can be taken out. */
export function readEnvText(text: string): SourceRead {
  const file = 'standard input';
  return { ...usable(readEnv({ file, text }, { changes: false })), files: [file], looked: [file] };
}

type Read = (file: string) => Promise<SourceText | undefined>;
type Reader = (at: Places, read: Read) => Promise<Findings>;

const one = (source: SourceText | undefined, reader: (source: SourceText) => Findings): Findings =>
  source === undefined ? nothingFound : reader(source);

const readers: Readonly<Record<Exclude<SourceName, 'env'>, Reader>> = {
  dataiku: async ({ home }, read) => one(await read(join(home, '.dataiku', 'config.json')), readDataiku),
  databricks: async (at, read) => {
    const found = one(await read(at.named('DATABRICKS_CONFIG_FILE', join(at.home, '.databrickscfg'))), readDatabricks);
    // It holds refresh tokens of another client: that it is there is all there is to know.
    const cached = existsSync(join(at.home, '.databricks', 'token-cache.json'));
    const note = 'the sign-ins of the Databricks command line stay in its token cache; sign in once with keytray login';
    return !cached ? found : { ...found, notes: [...found.notes, note] };
  },
  quilt: async (at, read) =>
    readQuilt({
      config: await read(join(at.data, 'Quilt', 'config.yml')),
      signIns: await read(join(at.data, 'Quilt', 'auth.json')),
      key: await read(join(at.home, '.quilt', 'api_key')),
    }),
  gh: async (at, read) => one(await read(join(at.named('GH_CONFIG_DIR', join(at.config, 'gh')), 'hosts.yml')), readGh),
  glab: async (at, read) =>
    one(await read(join(at.named('GLAB_CONFIG_DIR', join(at.config, 'glab-cli')), 'config.yml')), readGlab),
  'aws-sso': async (at, read) => {
    const folder = join(at.home, '.aws', 'sso', 'cache');
    const config = await read(at.named('AWS_CONFIG_FILE', join(at.home, '.aws', 'config')));
    const cached = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    return readAwsSso(config, cached.length);
  },
  'oidc-agent': async (at, read) => {
    const folders = [join(at.config, 'oidc-agent'), join(at.home, '.oidc-agent')];
    const named = at.named('OIDC_CONFIG_DIR', '');
    const files = (named === '' ? folders : [named]).map((folder) => join(folder, 'issuer.config'));
    return joined(await Promise.all(files.map(async (file) => one(await read(file), readOidcAgent))));
  },
  'git-credential-oauth': async (at, read) => readGitCredentialOauth(await gitFiles(at, read)),
  gcm: async (at, read) => readGcm(await gitFiles(at, read)),
};

async function gitFiles(at: Places, read: Read): Promise<readonly SourceText[]> {
  const named = at.named('GIT_CONFIG_GLOBAL', '');
  const files = named === '' ? [join(at.config, 'git', 'config'), join(at.home, '.gitconfig')] : [named];
  return (await Promise.all(files.map(read))).filter((source) => source !== undefined);
}

/** Where tools keep their files. */
interface Places {
  readonly home: string;
  readonly config: string;
  readonly data: string;
  /** The path that a variable names, else another. */
  named(variable: string, otherwise: string): string;
}

function places(env: Environment): Places {
  const absolute = (name: string): string | undefined => {
    const value = env[name];
    return value !== undefined && isAbsolute(value) ? value : undefined;
  };
  const { home } = machineOf(env);
  const mac = process.platform === 'darwin' ? join(home, 'Library', 'Application Support') : undefined;
  return {
    home,
    config: absolute('XDG_CONFIG_HOME') ?? join(home, '.config'),
    data: mac ?? absolute('XDG_DATA_HOME') ?? join(home, '.local', 'share'),
    named: (variable, otherwise) => {
      const value = env[variable];
      return value === undefined || value === '' ? otherwise : resolve(value);
    },
  };
}

/** Without what this version cannot use, which is told. */
function usable({ accounts, notes }: Findings): Findings {
  const problem = ({ fields: { service: name, grant } }: Findings['accounts'][number]): string | undefined => {
    const service = services.get(name);
    if (service === undefined) return `this version of Keytray does not know ${name}`;
    const offered = service.grants.find((kind) => kind === (grant ?? service.grants[0]));
    return offered !== undefined ? undefined : `${name} does not offer ${String(grant)}`;
  };
  const told = accounts.flatMap((account) => {
    const why = problem(account);
    return why === undefined ? [] : [`${account.where}: not taken over; ${why}`];
  });
  return { accounts: accounts.filter((account) => problem(account) === undefined), notes: [...notes, ...told] };
}
