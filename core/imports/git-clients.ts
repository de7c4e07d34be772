import { scanGitConfig } from '../setup/git/git-config-text.ts';
import { idFor } from './account-label.ts';
import { type Findings, type FoundAccount, joined, type SourceText } from './found.ts';
import { sourceUrl } from './source-url.ts';

/** What a helper reads of `credential.URL.KEY` (keys in lower case, as git has them), by key of our configuration. */
interface HelperKeys {
  readonly client: readonly string[];
  readonly secret: readonly string[];
  readonly authorize: string;
  readonly token: string;
  readonly device: string;
  readonly scopes: string;
}

/** hickford/git-credential-oauth, README, "Custom hosts". */
const gitCredentialOauth: HelperKeys = {
  client: ['oauthclientid'],
  secret: ['oauthclientsecret'],
  authorize: 'oauthauthurl',
  token: 'oauthtokenurl',
  device: 'oauthdeviceauthurl',
  scopes: 'oauthscopes',
};

/** git-ecosystem/git-credential-manager, docs/generic-oauth.md and docs/gitlab.md. */
const gcm: HelperKeys = {
  client: ['oauthclientid', 'gitlabdevclientid'],
  secret: ['oauthclientsecret', 'gitlabdevclientsecret'],
  authorize: 'oauthauthorizeendpoint',
  token: 'oauthtokenendpoint',
  device: 'oauthdeviceendpoint',
  scopes: 'oauthscopes',
};

/** The presets whose own host git asks. */
const presets: ReadonlyMap<string, string> = new Map([
  ['github.com', 'github'],
  ['gitlab.com', 'gitlab'],
  ['bitbucket.org', 'bitbucket'],
]);

/** git-credential-oauth keeps nothing: clients that were registered for it are taken over. */
export function readGitCredentialOauth(files: readonly SourceText[]): Findings {
  const found = joined(files.map((file) => clientsOf(file, gitCredentialOauth)));
  const note = 'git-credential-oauth keeps no tokens: sign in once with keytray login, then keytray setup git';
  return { ...found, notes: [note, ...found.notes] };
}

/** Git Credential Manager's tokens stay in its store, which it alone reads. */
export function readGcm(files: readonly SourceText[]): Findings {
  const found = joined(files.map((file) => clientsOf(file, gcm)));
  const plain = files.some(({ text }) => settingsOf(text).get('')?.get('credentialstore') === 'plaintext');
  const notes = [
    'the tokens of Git Credential Manager stay in its store: sign in once with keytray login, then keytray setup git',
    ...(plain ? ['its store is plaintext: erase what is in ~/.gcm/store once you have signed in'] : []),
  ];
  return { ...found, notes: [...notes, ...found.notes] };
}

type Settings = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** `credential` and `credential.URL` of git's configuration, by URL; what is said twice counts as said last. */
function settingsOf(text: string): Settings {
  const settings = new Map<string, Map<string, string>>();
  for (const { kind, section, key, value } of scanGitConfig(text)) {
    if (kind !== 'entry' || !/^credential(?:\.|$)/.test(section)) continue;
    const url = section.slice('credential.'.length);
    const known = settings.get(url) ?? new Map<string, string>();
    settings.set(url, known.set(key, value));
  }
  return settings;
}

function clientsOf({ file, text }: SourceText, keys: HelperKeys): Findings {
  const found = [...settingsOf(text)].flatMap(([url, settings]): Findings[] => {
    const first = (names: readonly string[]) => names.map((name) => settings.get(name)).find(Boolean);
    const clientId = first(keys.client);
    if (url === '' || clientId === undefined) return [];
    const address = sourceUrl(url);
    const note = (why: string): Findings => ({
      accounts: [],
      notes: [`${file}, a host in section credential: ${why}`],
    });
    if (address.kind === 'refused') return [note(address.why)];
    const account = accountAt(address.url, file, clientId, settings, keys);
    return [{ accounts: [first(keys.secret) === undefined ? account : withSecretNote(account)], notes: [] }];
  });
  return joined(found);
}

function accountAt(
  url: string,
  file: string,
  clientId: string,
  settings: ReadonlyMap<string, string>,
  keys: HelperKeys,
): FoundAccount {
  const { host, origin, pathname } = new URL(url);
  const preset = presets.get(host) ?? (settings.has('gitlabdevclientid') ? 'gitlab' : undefined);
  const service = preset ?? 'oauth';
  // A path, as git-credential-oauth takes it, is below the host; a whole address stands by itself.
  const endpoint = (key: string): string | undefined => {
    const value = settings.get(key);
    return value === undefined || value === '' ? undefined : URL.parse(value, `${origin}/`)?.href;
  };
  const scopes = settings
    .get(keys.scopes)
    ?.split(/[\s,]+/)
    .filter(Boolean);
  const own = preset !== undefined && !presets.has(host);
  const given = {
    client_id: clientId,
    url: own ? url : undefined,
    authorization_endpoint: endpoint(keys.authorize),
    token_endpoint: endpoint(keys.token),
    device_authorization_endpoint: endpoint(keys.device),
    scopes: scopes === undefined || scopes.length === 0 ? undefined : scopes,
    git: [`${host}${pathname === '/' ? '' : `${pathname}/*`}`],
  };
  return {
    id: idFor(service, presets.has(host) ? undefined : host),
    fields: { service, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) },
    secrets: new Map(),
    where: `${file}, credential.${url}`,
    notes: [],
  };
}

const withSecretNote = (account: FoundAccount): FoundAccount => ({
  ...account,
  notes: ['its client secret is not taken over: keytray accounts set-secret'],
});
