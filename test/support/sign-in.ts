import type { LoginView } from '../../core/wire/schemas.ts';
import { signInWithForms } from '../../demo/built-in-user-agent.ts';
import type { Keytray } from './keytray.ts';

/** Signs in without a browser, over the same pages and the same redirect. */
export async function signIn(keytray: Keytray, account: string, login = 'ada'): Promise<LoginView> {
  const started = await keytray.api.startLogin(account, { user_agent: 'none' });
  if (started.authorization_url === undefined) throw new Error(`no address to sign in at: ${started.state}`);
  // Whether it worked is what the broker says, not what the last page looks like.
  await signInWithForms(started.authorization_url, { login }).catch(() => undefined);
  return await keytray.api.login(started.login_id, 10);
}

/** A config with one account at the test's authorization server. */
export function labConfig(options: {
  readonly issuer: string;
  readonly git?: readonly string[];
  readonly store?: 'keychain' | 'memory';
  readonly more?: string;
}): string {
  const { issuer, git = [], store = 'memory', more = '' } = options;
  return `accounts:
  lab:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: [openid, offline_access, profile, email, git]
    git: ${JSON.stringify(git)}
    store: ${store}
${more}`;
}
