import type { AccountSettings } from '../services/service.ts';
import type { Variables, VariableWord } from '../services/variables.ts';

export type TokenKind = 'access' | 'id';

/** What a variable is set to. */
export type VariableValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'token'; readonly token: TokenKind }
  /** The value of the header that carries the credential. */
  | { readonly kind: 'authorization' }
  /** Where the token goes: known where it was issued. */
  | { readonly kind: 'service_url' }
  /** One of several values that a person gave. */
  | { readonly kind: 'field'; readonly field: string };

/** Where variables go: to a program that `exec` starts, or into a shell. */
export type Surface = 'exec' | 'env';

/** `github@work` → `GITHUB_WORK`, as part of a variable's name. */
export function accountWord(account: string): string {
  return account.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** `github@work` → `GITHUB_WORK_TOKEN`. */
export function defaultVariable(account: string): string {
  const name = `${accountWord(account)}_TOKEN`;
  return /^\d/.test(name) ? `_${name}` : name;
}

/**
 * The variables of an account by name: those of its service and of its `env:` key, or one named after the account. One
 * whose value the account does not have is left out. Pure.
 */
export function accountVariables(
  settings: AccountSettings,
  surface: Surface,
  prefix?: string,
): ReadonlyMap<string, VariableValue> {
  const { always, env, prefixed } = settings.variables;
  const named = Object.keys(always).length > 0 ? always : { [defaultVariable(settings.id)]: 'access_token' as const };
  const usual: Variables = surface === 'env' ? { ...named, ...env } : named;
  const chosen = prefix === undefined ? usual : (prefixed ?? usual);
  return new Map(
    Object.entries(chosen).flatMap(([name, word]) => {
      const value = heldBy(settings, word);
      return value === undefined ? [] : [[`${prefix ?? ''}${name}`, value] as const];
    }),
  );
}

function heldBy(settings: AccountSettings, word: VariableWord): VariableValue | undefined {
  switch (word) {
    case 'access_token':
      return { kind: 'token', token: 'access' };
    case 'id_token':
      return { kind: 'token', token: 'id' };
    case 'authorization':
    case 'service_url':
      return { kind: word };
    default: {
      if (word.startsWith('field.')) return { kind: 'field', field: word.slice('field.'.length) };
      const text = textOf(settings, word);
      return text === undefined || text === '' ? undefined : { kind: 'text', text };
    }
  }
}

function textOf(settings: AccountSettings, word: VariableWord): string | undefined {
  const { url, issuer, username, clientId, audience, tls } = settings;
  switch (word) {
    case 'url':
      return url;
    case 'origin':
      return URL.parse(url ?? issuer ?? '')?.origin;
    case 'host':
      return url === undefined ? undefined : new URL(url).host;
    case 'username':
      return username;
    case 'client_id':
      return clientId;
    case 'audience':
      return audience;
    case 'tls_ca':
      return tls.ca;
    case 'tls_verify':
      return String(tls.verify);
    case 'timeout':
      return settings.settings.timeout;
    default:
      return word.startsWith('settings.') ? settings.settings[word.slice('settings.'.length)] : undefined;
  }
}
