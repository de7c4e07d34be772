import { Secret } from '../secret.ts';
import { type IniSection, iniSections, withoutIniEntry } from '../setup/engine/ini-text.ts';
import { idFor } from './account-label.ts';
import { type Findings, type FoundAccount, joined, nothingFound, type SourceText } from './found.ts';
import { sourceUrl } from './source-url.ts';

/** Sign-ins by browser, of the vendor's command line and of its SDKs. */
const byBrowser: ReadonlySet<string> = new Set(['databricks-cli', 'external-browser']);

/** `~/.databrickscfg`: a profile each, [DEFAULT] one like the others. */
export function readDatabricks(source: SourceText): Findings {
  const sections = iniSections(source.text).filter(({ name }) => name !== '__settings__');
  return joined(sections.map((section) => profile(source.file, section)));
}

/** Its value; what stands behind a blank and a `#` is a comment there. */
function settingOf(section: IniSection | undefined, key: string): string | undefined {
  const entry = section?.entries.findLast((candidate) => candidate.key === key);
  const value = entry?.value.replace(/(?:^|\s)[#;].*$/s, '').trim();
  return value === '' ? undefined : value;
}

function profile(file: string, section: IniSection): Findings {
  const { name } = section;
  const where = `${file}, profile ${name}`;
  const note = (text: string): Findings => ({ accounts: [], notes: [`${where}: ${text}`] });
  const [host, kind] = [settingOf(section, 'host'), settingOf(section, 'auth_type')];
  if (host === undefined) return section.entries.length === 0 ? nothingFound : note('no host in it');
  const address = sourceUrl(host);
  if (address.kind === 'refused') return note(address.why);
  const fields = { service: 'databricks', ...workspace(address.url, settingOf(section, 'account_id')) };
  const account = { id: idFor('databricks', name), where, notes: [] };
  const [token, clientId] = [settingOf(section, 'token'), settingOf(section, 'client_id')];
  const clientSecret = settingOf(section, 'client_secret');
  if (token !== undefined && (kind ?? 'pat') === 'pat') {
    return one({ ...account, fields: { ...fields, grant: 'api_key' }, ...secretOf(file, name, 'token', token) });
  }
  if (clientId !== undefined && clientSecret !== undefined) {
    const own = { ...fields, grant: 'client_credentials', client_id: clientId };
    return one({ ...account, fields: own, ...secretOf(file, name, 'client_secret', clientSecret) });
  }
  if (kind === undefined || byBrowser.has(kind)) return one({ ...account, fields, secrets: new Map() });
  return note(`auth_type ${kind} is not taken over; sign in: keytray accounts add databricks --url ${address.url}`);
}

const one = (account: FoundAccount): Findings => ({ accounts: [account], notes: [] });

/** A console is of a whole account; a workspace tells its own. */
function workspace(url: string, accountId: string | undefined) {
  const ofAccount = accountId !== undefined && new URL(url).hostname.startsWith('accounts.');
  return ofAccount ? { url, settings: { account_id: accountId } } : { url };
}

function secretOf(file: string, name: string, key: string, value: string) {
  const secret = new Secret(value);
  const without = (text: string): string | undefined => {
    const section = iniSections(text).find((candidate) => candidate.name === name);
    const entry = section?.entries.findLast((candidate) => candidate.key === key);
    const held = settingOf(section, key);
    if (section === undefined || entry === undefined || held === undefined) return undefined;
    return new Secret(held).equals(secret) ? withoutIniEntry(text, section, entry, false) : undefined;
  };
  return {
    secrets: new Map([[key === 'token' ? 'api_key' : key, secret]]),
    takeOut: { file, entries: [`${key} of ${name}`], without },
  };
}
