import { failureOf } from '../core/wire/error-view.ts';

const largestHead = 16 * 1024;
const largestRefusal = 64 * 1024;

export type UpgradeReply =
  | { readonly kind: 'incomplete' }
  /** The protocol has been switched; `rest` are its first bytes. */
  | { readonly kind: 'switched'; readonly rest: Uint8Array }
  | { readonly kind: 'refused'; readonly failure: Error };

/** Reads what has arrived of the answer to the upgrade request. Pure. */
export function readUpgradeReply(received: Buffer): UpgradeReply {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return received.length > largestHead ? notUnderstood : { kind: 'incomplete' };
  const head = received.subarray(0, end).toString('latin1');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  if (status === undefined) return notUnderstood;
  if (status === '101') return { kind: 'switched', rest: received.subarray(end + 4) };
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
  if (!(length <= largestRefusal)) return notUnderstood;
  if (received.length < end + 4 + length) return { kind: 'incomplete' };
  return {
    kind: 'refused',
    failure: failureOf(Number(status), received.subarray(end + 4, end + 4 + length).toString()),
  };
}

const notUnderstood: UpgradeReply = { kind: 'refused', failure: failureOf(undefined, '') };
