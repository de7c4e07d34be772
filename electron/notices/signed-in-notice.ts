import type { Notice } from '../../core/ports.ts';
import type { BrokerEvent } from '../../core/wire/schemas.ts';

/** What is said when a sign-in that a person went through has worked; undefined for every other event. Pure. */
export function signedInNotice(event: BrokerEvent, titleOf: (account: string) => string): Notice | undefined {
  if (event.type !== 'login' || event.login.state !== 'succeeded') return undefined;
  const { account, subject } = event.login;
  const who = subject?.name ?? subject?.email ?? subject?.subject;
  const title = `Signed in to ${titleOf(account)}${who === undefined ? '' : ` as ${who}`}`;
  return { id: `signed-in:${account}`, title, body: 'Your tools go on by themselves.', actions: [] };
}
