import { Secret } from '../../secret.ts';
import { idFor } from '../account-label.ts';
import { type Findings, type FoundAccount, joined, type SourceText, type TakeOut, verifiesAgain } from '../found.ts';
import { sourceUrl } from '../source-url.ts';
import { auth0Token, databasePasswords, type EnvRule, envRules, ownValues, prefixedDataiku } from './env-rules.ts';
import { type EnvValues, envValues, withoutVariables } from './env-text.ts';

/** Variables that belong together, and what stands before their names. */
interface Group {
  readonly rule: EnvRule;
  readonly prefix: string;
  readonly label: string | undefined;
}

/** A `.env` file, or what `env` prints; `changes`: whether something can be taken out of it. */
export function readEnv(source: SourceText, { changes }: { readonly changes: boolean }): Findings {
  const values = envValues(source.text);
  const used = new Set<string>();
  const found: Findings[] = [];
  for (const group of groupsOf(values)) {
    const names = Object.values(group.rule.secrets).map((list) => nameOf(values, group, list));
    if (names.some((name) => name === undefined || used.has(name))) continue;
    if (group.rule.known !== undefined && !isKnown(values, group, group.rule.known)) continue;
    const reading = read(source, values, group, changes);
    if (reading === undefined) continue;
    for (const name of names) if (name !== undefined) used.add(name);
    found.push(reading);
  }
  return joined([
    ...found,
    { accounts: [], notes: [...told(source.file, values, used), ...passwords(source.file, values)] },
  ]);
}

/** Of every rule without a prefix, then with each that the names have. */
function groupsOf(values: EnvValues): readonly Group[] {
  const names = [...values.keys()];
  const plain = envRules.map((rule) => ({ rule, prefix: '', label: undefined }));
  const dataiku = names.flatMap((name) => {
    const word = /^DATAIKU_(\w+)_API_KEY$/.exec(name)?.[1];
    return word === undefined ? [] : [{ rule: prefixedDataiku(word), prefix: '', label: word }];
  });
  const prefixed = envRules.flatMap((rule) => {
    const prefixes = new Set(
      Object.values(rule.secrets)
        .flat()
        .flatMap((end) => names.filter((name) => name.endsWith(`_${end}`)).map((name) => name.slice(0, -end.length))),
    );
    return [...prefixes].map((prefix) => ({ rule, prefix, label: prefix.replace(/_+$/, '') }));
  });
  return [...plain, ...dataiku, ...prefixed];
}

const nameOf = (values: EnvValues, { prefix }: Group, names: readonly string[]): string | undefined =>
  names.map((name) => `${prefix}${name}`).find((name) => (values.get(name) ?? '') !== '');

/** By what stands beside it under the same prefix: a client secret must not be tried at a server it is not for. */
function isKnown(values: EnvValues, group: Group, { names, values: known }: NonNullable<EnvRule['known']>): boolean {
  const { rule, prefix } = group;
  const beside = Object.values(rule.takes ?? {}).map((list) => values.get(nameOf(values, group, list) ?? '') ?? '');
  return (
    beside.some((value) => known.test(value)) ||
    [...values.keys()].some((name) => names.some((start) => name.startsWith(prefix + start)))
  );
}

/** The address of a public service is the last to be tried: one that is said for all is nearer. */
function commonName(values: EnvValues, { rule, prefix }: Group, key: string): string | undefined {
  const names = key === 'url' && prefix !== '' ? (rule.takes?.url ?? []) : [];
  return names.find((name) => (values.get(name) ?? '') !== '');
}

/** A shell would put something else in its place. */
const isComputed = (value: string): boolean => /\$[({A-Za-z_]|`/.test(value);

/** Undefined where nothing of the group is there. */
function read(source: SourceText, values: EnvValues, group: Group, changes: boolean): Findings | undefined {
  const { rule, label } = group;
  const secrets = Object.entries(rule.secrets).flatMap(([field, list]) => {
    const name = nameOf(values, group, list);
    return name === undefined ? [] : [{ field, name, value: values.get(name) ?? '' }];
  });
  const where = `${source.file}, ${secrets.map(({ name }) => name).join(' and ')}`;
  const note = (text: string): Findings => ({ accounts: [], notes: [`${where}: ${text}`] });
  const computed = secrets.find(({ value }) => isComputed(value));
  if (computed !== undefined) return note('a shell computes the value; pipe the result: env | keytray import env -');
  const settled = settle(values, group);
  if (settled.kind === 'incomplete') return undefined;
  if (settled.kind === 'refused') return note(settled.why);
  const taken = new Map(secrets.map(({ field, value }) => [field, new Secret(value)]));
  const account: FoundAccount = {
    id: idFor(rule.service, label),
    fields: { service: rule.service, grant: rule.grant, ...settled.fields },
    secrets: taken,
    where,
    notes: isUnverified(values, rule) ? [verifiesAgain] : [],
    ...(changes && { takeOut: takeOut(source.file, values, secrets) }),
  };
  return { accounts: [account], notes: [] };
}

type Settled =
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'refused'; readonly why: string };

const addresses: ReadonlySet<string> = new Set(['url', 'token_endpoint', 'auth0_issuer']);

function settle(values: EnvValues, group: Group): Settled {
  const { needs = {}, takes = {}, service } = group.rule;
  const fields: Record<string, unknown> = {};
  const settings: Record<string, string> = {};
  for (const [asked, names] of Object.entries({ ...needs, ...takes })) {
    const name = nameOf(values, group, names) ?? commonName(values, group, asked);
    if (name === undefined && asked in needs) return { kind: 'incomplete' };
    const text = name === undefined ? undefined : values.get(name);
    if (text === undefined) continue;
    const address = addresses.has(asked) ? sourceUrl(text) : undefined;
    if (address?.kind === 'refused') return address;
    const [key, end] = asked === 'auth0_issuer' ? ['token_endpoint', auth0Token] : [asked, ''];
    const value = `${address?.url ?? text.trim()}${end}`;
    if (ownValues[service]?.[key] === value) continue;
    if (key === 'tls.ca') fields.tls = { ca: value };
    else if (key.startsWith('settings.')) settings[key.slice('settings.'.length)] = value;
    else fields[key] = value;
  }
  return { kind: 'fields', fields: Object.keys(settings).length === 0 ? fields : { ...fields, settings } };
}

function isUnverified(values: EnvValues, { unverified }: EnvRule): boolean {
  if (unverified === undefined) return false;
  const off = (value: string | undefined) => value !== undefined && /^(?:false|0|no|off)$/i.test(value.trim());
  const set = unverified.set.some((name) => (values.get(name) ?? '') !== '' && !off(values.get(name)));
  return set || unverified.cleared.some((name) => off(values.get(name)));
}

/** Every variable with one of the values goes: the same key under another name is as open as under this one. */
function takeOut(file: string, values: EnvValues, secrets: readonly { readonly value: string }[]): TakeOut {
  const names = [...values]
    .filter(([, value]) => secrets.some((secret) => secret.value === value))
    .map(([name]) => name);
  const found = names.map((name) => [name, new Secret(values.get(name) ?? '')] as const);
  return {
    file,
    entries: names,
    without: (text) => {
      const now = envValues(text);
      // Another account with the same key may have taken it out already.
      const left = found.filter(([name]) => now.has(name));
      const unchanged = left.every(([name, secret]) => new Secret(now.get(name) ?? '').equals(secret));
      return unchanged ? withoutVariables(text, new Set(left.map(([name]) => name))) : undefined;
    },
  };
}

/** Known names of secrets that no account came of. */
function* told(file: string, values: EnvValues, used: ReadonlySet<string>): Generator<string> {
  const said = new Set<string>();
  for (const rule of envRules) {
    for (const name of Object.values(rule.secrets).flat()) {
      const value = values.get(name) ?? '';
      if (value === '' || used.has(name) || said.has(name)) continue;
      said.add(name);
      if ([...used].some((other) => values.get(other) === value)) continue;
      yield `${file}, ${name}: not taken over; ${missing(values, name)}`;
    }
  }
}

/** What would have to stand beside it. */
function missing(values: EnvValues, name: string): string {
  const rules = envRules.filter(({ secrets }) => Object.values(secrets).some((names) => names.includes(name)));
  const lists = rules.flatMap(({ secrets, needs = {} }) => [...Object.values(secrets), ...Object.values(needs)]);
  const absent = lists.filter(
    (names) => !names.includes(name) && names.every((other) => (values.get(other) ?? '') === ''),
  );
  const first = [...new Set(absent.map(([usual = '']) => usual))];
  return first.length === 0 ? 'another variable says the same' : `it needs ${first.join(' or ')} beside it`;
}

function* passwords(file: string, values: EnvValues): Generator<string> {
  for (const name of databasePasswords) {
    if (!/^dapi/.test(values.get(name) ?? '')) continue;
    const cure = 'keytray pg hands out a password for every connection';
    yield `${file}, ${name}: a Databricks access token, which no database takes as a password; ${cure}`;
  }
}
