import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilerOptions, type SecretUse, secretUse } from './secret-use.ts';
import { repositoryRoot, sourceFiles } from './source-files.ts';

/**
 * Every place that opens a secret, how often, and why it has to. A new one is added here on purpose: a value that
 * was revealed can be logged, thrown and compared like any text.
 */
const reveals: Readonly<Record<string, { readonly times: number; readonly why: string }>> = {
  'core/accounts/database-password.ts': { times: 1, why: 'refuses a token of another kind as a database password' },
  'core/accounts/token-age.ts': { times: 1, why: 'reads the claims of an ID token, which stay here' },
  'core/credentials/lakebase-password.ts': { times: 1, why: 'refuses a token of another kind as a database password' },
  'core/credentials/aws-role.ts': { times: 1, why: 'sends the ID token to AWS, which gives keys for it' },
  'core/hand-out/database-check.ts': { times: 1, why: 'tells how long a password is' },
  'core/hand-out/database-session.ts': { times: 1, why: 'logs in to a verified database' },
  'core/helpers/postgres/postgres-password.ts': { times: 1, why: 'writes a line of a password file' },
  'core/helpers/token-text.ts': { times: 1, why: 'gives a token to the helper that writes it into its answer' },
  'core/stores/keychain/child-process.ts': {
    times: 1,
    why: 'sends a record to the keychain child, over its private channel',
  },
  'core/stores/encrypted-file/encrypted-file-store.ts': { times: 1, why: 'refuses an empty value' },
  'core/stores/encrypted-file/passphrase-keys.ts': { times: 1, why: 'derives the key of the encrypted file' },
  'core/stores/encrypted-file/sealed-items.ts': { times: 1, why: 'writes the items that are sealed next' },
  'core/stores/encrypted-file/sealed-vault.ts': { times: 2, why: 'refuses a passphrase that is too short' },
  'core/stores/keychain/journal.ts': { times: 3, why: 'encrypts and decrypts entries with the journal key' },
  'core/stores/keychain/keychain-store.ts': {
    times: 2,
    why: 'refuses an empty value, and NUL, which the keychain would cut at',
  },
  'core/stores/keychain/sentinel.ts': { times: 2, why: 'writes and reads the item that holds the journal key' },
  'core/accounts/stored-account.ts': {
    times: 3,
    why: 'writes and reads an item, a secret as a whole, and asks whether it could be read again',
  },
  'core/accounts/token-record.ts': { times: 3, why: 'writes the tokens of a record into its item' },
  'core/broker/views/account-view.ts': { times: 2, why: 'shows the person the code to enter' },
  'core/local-api/helper-stream/next-program.ts': {
    times: 1,
    why: 'sends the file of a program that the caller becomes',
  },
  'core/local-api/client/client.ts': { times: 6, why: 'sends what the person typed to the broker, over its socket' },
  'core/oauth/authorization-response.ts': { times: 3, why: 'gives state, verifier and nonce to the protocol library' },
  'core/oauth/client-authentication.ts': {
    times: 3,
    why: 'gives the client secret to a request, just in time, and asks whether its encoding is another text',
  },
  'core/oauth/device-poll.ts': { times: 2, why: 'asks the token endpoint with the device code and its verifier' },
  'core/oauth/id-token-signature.ts': {
    times: 5,
    why: 'gives an ID token and the client secret to jose, which checks the one by the other',
  },
  'core/credentials/aws-identity-proof.ts': { times: 3, why: 'signs a request with AWS keys' },
  'core/credentials/api-keys/key-match.ts': {
    times: 1,
    why: 'holds it against the first and last characters that a service shows',
  },
  'core/broker/views/api-key-view.ts': { times: 2, why: 'is the one answer that tells the secret of a new key' },
  'core/local-api/client/api-keys.ts': { times: 1, why: 'sends a leaked key to the broker, to be revoked' },
  'core/credentials/api-keys/quilt-keys.ts': { times: 1, why: 'revokes a leaked key by its secret' },
  'core/oauth/token-exchange-grant.ts': { times: 2, why: 'gives the subject token to the protocol library' },
  'core/hand-out/aws-sessions.ts': { times: 1, why: 'finds AWS credentials in what a program printed' },
  'core/refresh/command.ts': { times: 1, why: 'finds the token in what a program printed' },
  'core/credentials/delegated-token.ts': {
    times: 2,
    why: 'exchanges a signed proof at the service, and keeps it out of its errors',
  },
  'core/endpoints/http-proxy/forward.ts': { times: 1, why: 'sends the credential to the server of the account' },
  'core/endpoints/http-proxy/header-proxy.ts': { times: 2, why: "puts the proxy's own secret into its address" },
  'core/endpoints/postgres/server-login.ts': { times: 1, why: 'sends the password to a verified server' },
  'core/endpoints/postgres/scram.ts': { times: 1, why: 'derives the proof of the password' },
  'core/endpoints/databricks-metadata.ts': { times: 1, why: 'is the answer of the metadata service' },
  'core/endpoints/auth0-token.ts': { times: 1, why: 'is the answer of the token endpoint' },
  'core/oauth/userinfo.ts': { times: 1, why: 'asks the userinfo endpoint with the access token' },
  'core/oauth/login-cookie.ts': { times: 1, why: 'gives the browser the cookie it has to bring back' },
  'core/oauth/pasted-code-grant.ts': {
    times: 2,
    why: 'sends the code to the registry, and takes it out of the answer',
  },
  'core/oauth/refresh-grant.ts': { times: 1, why: 'sends the refresh token to the token endpoint' },
  'core/oauth/revocation.ts': { times: 2, why: 'sends a token to be revoked, and takes it out of the answer' },
  'core/oauth/token-check.ts': { times: 1, why: 'asks the userinfo endpoint whether it takes the access token' },
  'cli/import/take-over.ts': { times: 1, why: 'gives a secret that was found to the broker, which tries it' },
  'cli/commands/hand-over.ts': { times: 1, why: 'gives a key to a program that the person chose' },
  'cli/hand-over/env-file.ts': { times: 1, why: 'writes a key into a file that the person chose' },
  'core/imports/dataiku-export.ts': { times: 1, why: 'writes a key into the file that the person asked for' },
  'cli/database-variables.ts': { times: 1, why: 'gives a program the password of its database' },
  'electron/clipboard.ts': { times: 1, why: 'puts the token where the person asked for it, for 30 s' },
  'core/broker/views/token-view.ts': { times: 2, why: 'is the answer to a request for the token' },
  'core/accounts/given-key.ts': { times: 1, why: 'reads when a key ends that is a JWT' },
  'core/credentials/presented.ts': { times: 2, why: 'makes the headers that carry a credential' },
  'core/credentials/service-check.ts': { times: 1, why: 'takes what was sent out of the answer' },
  'core/credentials/service-call.ts': { times: 1, why: 'sends a credential to the service of its account' },
  'core/helpers/curl/curl.ts': { times: 2, why: 'writes the headers that curl and wget send' },
  'core/helpers/header-lines.ts': { times: 1, why: 'writes the headers that a program sends' },
  'core/http/grpc-call.ts': { times: 1, why: 'sends a credential to the service of its account' },
  'cli/commands/token.ts': { times: 1, why: 'prints the header that was asked for' },
  'cli/token-variables.ts': { times: 1, why: 'sets a variable to the header that was asked for' },
  'core/helpers/generic/generic.ts': { times: 1, why: 'prints the header that was asked for' },
  'core/broker/views/credential-view.ts': { times: 3, why: 'is the answer to a request for a derived credential' },
};

// The demo plays the servers and the person as well, and compares what they saw.
const judged = sourceFiles(repositoryRoot)
  .filter((file) => /^(?:core|cli|client|electron|ipc|renderer)\//.test(file) && !file.startsWith('demo/'))
  .map((file) => join(repositoryRoot, file));
const options = compilerOptions(join(repositoryRoot, 'core/tsconfig.json'));

describe('secrets in this repository', () => {
  let use: SecretUse;
  // Reads the whole product as the compiler does.
  beforeAll(() => {
    use = secretUse(judged, repositoryRoot, options);
  }, 300_000);

  it('are opened only where a reason is given', () => {
    const found = Object.fromEntries([...use.reveals].sort(([a], [b]) => a.localeCompare(b)));
    const allowed = Object.fromEntries(Object.entries(reveals).map(([file, { times }]) => [file, times]));
    expect(found).toEqual(allowed);
  });

  it('are never compared with == or by identity', () => {
    expect(use.comparisons).toEqual([]);
  });
});

describe('in planted code', () => {
  let root: string;
  let use: SecretUse;
  const lines = [
    "import { Secret } from './secret.ts';",
    "const mark = Symbol('mark');",
    "const a = new Secret('a'), b = new Secret('b');",
    'const perhaps: { deep: Secret | undefined } = { deep: a };',
    'const entries = new Map<string, Secret | typeof mark>();',
    'export const bad = [',
    '  a === b,',
    '  a == b,',
    '  perhaps.deep !== b,',
    "  a.reveal() === 'token',",
    "  'token' === (b.reveal()),",
    '  String(a) !== b.reveal(),',
    '  [a].includes(b),',
    '  new Set([a]).has(b),',
    "  ['token'].indexOf(a.reveal()) >= 0,",
    '];',
    'export const good = [',
    '  a.equals(b),',
    '  perhaps.deep === undefined,',
    "  entries.get('x') === mark,",
    "  a.reveal() === '',",
    '  a.reveal().length === 3,',
    '];',
    'const other = { reveal: () => 1 };',
    'export const notOurs = other.reveal() === 1;',
  ];
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'keytray-secrets-'));
    mkdirSync(join(root, 'core'));
    writeFileSync(
      join(root, 'core/secret.ts'),
      'export class Secret { #v: string; constructor(v: string) { this.#v = v; } reveal(): string { return this.#v; } equals(o: Secret): boolean { return o.#v === this.#v; } }\n',
    );
    writeFileSync(join(root, 'core/use.ts'), `${lines.join('\n')}\n`);
    use = secretUse([join(root, 'core/use.ts')], root, options);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('every comparison is found, and nothing else', () => {
    const found = use.comparisons.map((what) => Number(/:(\d+):/.exec(what)?.[1]));
    const bad = lines.slice(lines.indexOf('export const bad = [') + 1, lines.indexOf('export const good = [') - 1);
    expect(found).toEqual(bad.map((line) => lines.indexOf(line) + 1));
  });

  it('every opening is counted, and only of secrets', () => {
    expect([...use.reveals]).toEqual([['core/use.ts', 6]]);
  });
});
