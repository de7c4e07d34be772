import type { RefusedOwner } from '../http/loopback-gate.ts';

/** What the person who waits for their browser is told. A browser may run as another user, or behind a forwarder of root's. */
export function refusedBrowser(owner: RefusedOwner): string {
  const who = owner.kind === 'other' ? `uid ${owner.uid}` : 'an unknown uid';
  return `a browser or port forwarder of ${who} was refused: use --paste`;
}
