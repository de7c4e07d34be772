import { KeytrayError } from '../../errors.ts';
import type { Consumer } from '../../platform/consumer.ts';
import { RequestRefused } from './error-response.ts';
import { sizes } from './limits.ts';

/** What every request, also one that upgrades, is judged by before anything reads it. Pure. */

const hosts: ReadonlySet<string> = new Set(['keytray', 'localhost']);

/** The uid is the boundary: the socket's mode alone would not hold where its folder is shared or mounted. */
export function judgePeer(peer: Consumer | undefined, uid: number): KeytrayError | undefined {
  if (peer === undefined) return new KeytrayError('access_denied', 'the system does not say who is calling');
  if (peer.uid === uid) return undefined;
  if (peer.uid === 0) {
    return new KeytrayError('access_denied', `this broker serves uid ${uid}, not root; run the command without sudo`);
  }
  return new KeytrayError('access_denied', `this broker serves uid ${uid}, not uid ${peer.uid}`);
}

export interface RequestHead {
  readonly target: string;
  /** `1.1` */
  readonly version: string;
  /** Name, value, name, value, … as received, so that a repeated header is seen. */
  readonly rawHeaders: readonly string[];
}

/** No browser may get here, not even through a proxy that somebody put before the socket. */
export function judgeHead(head: RequestHead): KeytrayError | undefined {
  if (head.rawHeaders.length > 2 * sizes.headers) return new RequestRefused(431, 'the request has too many headers');
  let host: string | undefined;
  for (let index = 0; index < head.rawHeaders.length; index += 2) {
    const name = head.rawHeaders[index]?.toLowerCase();
    switch (name) {
      case 'origin':
      case 'referer':
        return new KeytrayError('access_denied', `requests from web pages are not served (${name} header)`);
      case 'host':
        if (host !== undefined) return new RequestRefused(400, 'more than one Host header');
        host = head.rawHeaders[index + 1];
    }
  }
  if (host === undefined || !hosts.has(host.toLowerCase())) {
    return new KeytrayError('access_denied', 'the Host header must be keytray or localhost');
  }
  if (!isPlainPath(head.target)) return new RequestRefused(400, 'the request target must be a plain path');
  // Node's parser also takes request lines without a version, which then may end in a bare LF.
  return /^1\.[01]$/.test(head.version) ? undefined : new RequestRefused(400, 'only HTTP/1.1 is spoken here');
}

/** RFC 9112 section 3.2.1, without what is read in two ways: the router resolves dots and backslashes, we do not. */
function isPlainPath(target: string): boolean {
  return /^\/(?!\/)[^\\#]*$/.test(target) && !/\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(target);
}

export function payloadTooLarge(): KeytrayError {
  return new KeytrayError('payload_too_large', `the body may have at most ${sizes.body} bytes`);
}
