import type { AccountView } from '../../ipc/views.ts';

export interface TryCommand {
  readonly text: string;
  /** It works once git has been set up. */
  readonly needsSetup: boolean;
}

/** Something that works now. `OWNER/PROJECT` is for the person to fill in; a path of the pattern is kept. */
export function tryCommand({ account, serves }: Pick<AccountView, 'account' | 'serves'>): TryCommand {
  const host = serves.git?.[0];
  if (host === undefined) return { text: `keytray token ${account}`, needsSetup: false };
  const place = host.includes('/') ? host.replace(/\*+.*$/, 'PROJECT') : `${host}/OWNER/PROJECT`;
  const loopback = /^(localhost|127\.|\[::1\])/.test(host);
  return { text: `git clone ${loopback ? 'http' : 'https'}://${place}`, needsSetup: true };
}
