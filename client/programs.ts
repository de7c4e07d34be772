/**
 * What the client forwards, for the native client and its twin alike: names of programs that tools look for, and the
 * few variables of the caller's environment a protocol needs. Nothing else of it leaves the caller's process.
 */

export interface HelperProgram {
  readonly protocol: string;
  /** `last`: tools append the operation to whatever else is configured. Otherwise the protocol has but this one. */
  readonly operation: 'last' | 'get' | 'run';
  /**
   * `libexec`: the name is another program's too, so that nobody gets it by having our folder on PATH. What is not ours
   * to answer, or cannot be answered now, is left to that program; where there is none, as to one that knows nothing.
   */
  readonly folder: 'bin' | 'libexec';
}

export const helperPrograms: ReadonlyMap<string, HelperProgram> = new Map([
  ['git-credential-keytray', { protocol: 'git', operation: 'last', folder: 'bin' }],
  ['docker-credential-keytray', { protocol: 'docker', operation: 'last', folder: 'bin' }],
  ['terraform-credentials-keytray', { protocol: 'terraform', operation: 'get', folder: 'bin' }],
  ['cargo-credential-keytray', { protocol: 'cargo', operation: 'get', folder: 'bin' }],
  ['bazel-credential-keytray', { protocol: 'bazel', operation: 'last', folder: 'bin' }],
  ['npm-token-keytray', { protocol: 'npm', operation: 'get', folder: 'bin' }],
  ['askpass-keytray', { protocol: 'askpass', operation: 'get', folder: 'bin' }],
  ['psql-keytray', { protocol: 'postgres', operation: 'run', folder: 'bin' }],
  ['mvn-keytray', { protocol: 'maven', operation: 'run', folder: 'bin' }],
  ['keyring', { protocol: 'pip', operation: 'get', folder: 'libexec' }],
]);

export const environmentByProtocol: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes', ['KUBERNETES_EXEC_INFO']],
  ['cargo', ['CARGO_REGISTRY_INDEX_URL', 'CARGO_REGISTRY_NAME_OPT']],
  ['google', ['GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE', 'GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE']],
  ['askpass', ['SSH_ASKPASS_PROMPT']],
  [
    'postgres',
    [
      ...['PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGUSER', 'PGSERVICE', 'PGSSLMODE', 'PGSSLROOTCERT'],
      ...['PGSERVICEFILE', 'PGSYSCONFDIR', 'HOME'],
    ],
  ],
]);

/** What the broker may have a program given: names of variables, `*` at the end standing for more of a name. */
export interface NextProgramNames {
  readonly variables: readonly string[];
  /** Variables that get the path of a file without a name. */
  readonly files: readonly string[];
}

/**
 * What a client may become. Anything else the broker's socket says is refused: whoever answers there must not choose
 * what runs in the caller's place, nor what is loaded into it.
 */
export const nextPrograms: ReadonlyMap<string, NextProgramNames> = new Map([
  ['psql', { variables: ['PGSSLMODE', 'PGSSLROOTCERT'], files: ['PGPASSFILE', 'PGSERVICEFILE'] }],
  ['mvn', { variables: ['KEYTRAY_TOKEN_*'], files: [] }],
  ['keyring', { variables: [], files: [] }],
]);

/**
 * What a program is given that the caller named itself (`keytray helper aws exec … -- COMMAND`, `… curl wget …`). A
 * command with a path is run by env(1).
 */
export const callersProgram: NextProgramNames = {
  variables: ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME'],
  files: ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'WGETRC'],
};

/** Whether the caller's own arguments name the program. */
export function isNamedBy(argv: readonly string[], name: string): boolean {
  return argv.includes(name) || (name === 'env' && argv.some((word) => word.includes('/')));
}

/**
 * Protocols whose tools say something on stdin. For all others it is left alone: it belongs to the program the client
 * becomes (`psql-keytray < dump.sql`), or to whatever runs after us in a script.
 */
export const protocolsWithStdin: ReadonlySet<string> = new Set(['git', 'docker', 'terraform', 'cargo', 'bazel', 'go']);
