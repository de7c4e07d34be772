import type { IncomingMessage } from 'node:http';

/** What the guards look at before a connection leaves HTTP. */
export type UpgradeRequest = Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders' | 'headers'>;

export interface HelperOpening {
  readonly request: UpgradeRequest;
  /** What came with it: the first frames. */
  readonly head: Buffer;
}

const rawHeaders = ['Host', 'keytray', 'Connection', 'Upgrade', 'Upgrade', 'keytray-helper/1'];
const headers = { host: 'keytray', connection: 'Upgrade', upgrade: 'keytray-helper/1' };

// The characters of encodeURIComponent() and no others, so that nothing of the head can hide in the path.
const opening =
  /^GET (\/v1\/helpers\/[a-z0-9-]{1,64}\/[A-Za-z0-9%_.!~*'()-]{1,256}) HTTP\/1\.1\r\nHost: keytray\r\nConnection: Upgrade\r\nUpgrade: keytray-helper\/1\r\n\r\n/;
const longest = 512;

/**
 * Recognises the request that our own client makes, byte for byte: nearly all there are. It stands for itself, and
 * costs a tenth of a call less than to be understood. Undefined for whatever else there is to read: that is HTTP's.
 * Pure.
 */
export function readHelperOpening(bytes: Buffer): HelperOpening | undefined {
  const match = opening.exec(bytes.toString('latin1', 0, longest));
  if (match === null) return undefined;
  const request = { method: 'GET', url: match[1], httpVersion: '1.1', rawHeaders, headers };
  return { request, head: bytes.subarray(match[0].length) };
}
