import { ask } from '../state/bridge.ts';
import { rememberLogin } from '../state/store.ts';

/** Opens the person's browser; also renews, and opens it once more while a sign-in is open. */
export async function signIn(account: string, options: { readonly switch?: boolean } = {}): Promise<void> {
  rememberLogin(await ask('startLogin', { account, userAgent: 'browser', ...options }));
}

export async function signInElsewhere(account: string): Promise<void> {
  rememberLogin(await ask('startLogin', { account, userAgent: 'device' }));
}

/** The address to open on another machine; nobody else is told of it. */
export async function addressForElsewhere(account: string): Promise<string> {
  const { authorization_url: address } = await ask('startLogin', { account, userAgent: 'paste' });
  if (address === undefined) throw new Error('this sign-in has no address any more');
  return address;
}

/** Whether the sign-in that another browser brought is taken. */
export async function confirmSignIn(loginId: string, accept: boolean): Promise<void> {
  rememberLogin(await ask('confirmLogin', { loginId, accept }));
}

export async function cancelSignIn(loginId: string): Promise<void> {
  await ask('cancelLogin', { loginId });
}
