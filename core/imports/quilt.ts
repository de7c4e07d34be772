import { parse } from 'yaml';
import { z } from 'zod';
import { Secret } from '../secret.ts';
import { parseObject, readObject } from '../setup/engine/json-text.ts';
import { idFor } from './account-label.ts';
import { type Findings, type FoundAccount, joined, nothingFound, type SourceText } from './found.ts';
import { withoutMember } from './json-text.ts';
import { sourceUrl } from './source-url.ts';

const login = z.object({ refresh_token: z.string().min(1) });
const config = z.object({ navigator_url: z.string().min(1), registryUrl: z.string().min(1) });
type Catalog = z.output<typeof config>;

/** The files of quilt3, as many as there are. */
export interface QuiltFiles {
  /** `config.yml`: which catalog it is configured for, and the registry behind that. */
  readonly config: SourceText | undefined;
  /** `auth.json`: a refresh token for each registry, which is what the code is that a person pastes. */
  readonly signIns: SourceText | undefined;
  /** `~/.quilt/api_key`: a key alone. */
  readonly key: SourceText | undefined;
}

export function readQuilt({ config: written, signIns, key }: QuiltFiles): Findings {
  const catalog = written === undefined ? undefined : catalogOf(written);
  return joined([
    signIns === undefined ? nothingFound : readSignIns(signIns, catalog),
    key === undefined ? nothingFound : readKey(key, catalog),
  ]);
}

function catalogOf({ text }: SourceText): Catalog | undefined {
  try {
    return config.safeParse(parse(text)).data;
  } catch {
    return undefined;
  }
}

const hostOf = (url: string): string | undefined => URL.parse(url)?.host;
const addIt = 'add it with the address of its catalog: keytray accounts add quilt --url https://CATALOG';

function readSignIns({ file, text }: SourceText, catalog: Catalog | undefined): Findings {
  return joined(
    Object.entries(parseObject(text, file)).map(([registry, value]): Findings => {
      const read = login.safeParse(value);
      if (!read.success) return nothingFound;
      const where = `${file}, ${hostOf(registry) ?? 'a registry'}`;
      const note = (why: string): Findings => ({ accounts: [], notes: [`${where}: ${why}`] });
      if (catalog === undefined || hostOf(catalog.registryUrl) !== hostOf(registry)) {
        return note(`quilt3 does not say which catalog it belongs to; ${addIt}`);
      }
      const address = sourceUrl(catalog.navigator_url);
      if (address.kind === 'refused') return note(address.why);
      return { accounts: [signIn({ file, where, registry, url: address.url }, read.data.refresh_token)], notes: [] };
    }),
  );
}

interface Place {
  readonly file: string;
  readonly where: string;
  /** The key of the entry. */
  readonly registry: string;
  readonly url: string;
}

function signIn({ file, where, registry, url }: Place, token: string): FoundAccount {
  const code = new Secret(token);
  return {
    id: idFor('quilt', hostOf(url)),
    fields: { service: 'quilt', grant: 'pasted_code', url },
    secrets: new Map([['code', code]]),
    where,
    notes: ['a refresh token is good once: quilt3 is signed out there by this'],
    takeOut: {
      file,
      entries: [`the sign-in at ${hostOf(registry)}`],
      without: (text) => {
        const read = login.safeParse(readObject(text)?.[registry]);
        const unchanged = read.success && new Secret(read.data.refresh_token).equals(code);
        return unchanged ? withoutMember(text, [registry]) : undefined;
      },
    },
  };
}

function readKey({ file, text }: SourceText, catalog: Catalog | undefined): Findings {
  if (text.trim() === '') return nothingFound;
  const note = (why: string): Findings => ({ accounts: [], notes: [`${file}: ${why}`] });
  if (catalog === undefined) return note(`quilt3 is configured for no catalog, so the key has no address; ${addIt}`);
  const address = sourceUrl(catalog.navigator_url);
  if (address.kind === 'refused') return note(address.why);
  const key = new Secret(text.trim());
  const account: FoundAccount = {
    id: idFor('quilt', 'key'),
    fields: { service: 'quilt', grant: 'api_key', url: address.url },
    secrets: new Map([['api_key', key]]),
    where: file,
    notes: [],
    takeOut: {
      file,
      entries: ['the key'],
      without: (now) => (new Secret(now.trim()).equals(key) ? '' : undefined),
    },
  };
  return { accounts: [account], notes: [] };
}
