import { ask } from '../state/bridge.ts';
import { rememberLogin } from '../state/store.ts';

/** Opens the person's browser; also renews, and opens it once more while a sign-in is open. */
export async function signIn(account: string, options: { readonly switch?: boolean } = {}): Promise<void> {
  rememberLogin(await ask('startLogin', { account, userAgent: 'browser', ...options }));
}

export async function signInElsewhere(account: string): Promise<void> {
  rememberLogin(await ask('startLogin', { account, userAgent: 'device' }));
}

export async function cancelSignIn(loginId: string): Promise<void> {
  await ask('cancelLogin', { loginId });
}
