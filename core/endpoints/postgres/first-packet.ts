/** PostgreSQL, "Message Formats": what a client may say before it has a session. */
export type FirstPacket =
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel'; readonly key: CancelKey }
  | {
      readonly kind: 'startup';
      /** Of protocol 3. */
      readonly minor: number;
      readonly parameters: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'bad'; readonly why: string };

/** Process id and secret key, 4 bytes each, as protocol 3.0 has them. */
export type CancelKey = Buffer;

/** `MAX_STARTUP_PACKET_LENGTH` of PostgreSQL: a packet is not larger, its length of 4 bytes included. */
export const largestFirstPacket = 10_000;

const cancelRequest = 80877102;
const sslRequest = 80877103;
const gssEncRequest = 80877104;

/** `body`: what follows the length. */
export function readFirstPacket(body: Buffer): FirstPacket {
  if (body.length < 4) return bad('it is too short');
  const code = body.readUInt32BE(0);
  switch (code) {
    case sslRequest:
    case gssEncRequest:
      return body.length === 4 ? { kind: 'encryption' } : bad('its request for encryption is too long');
    case cancelRequest:
      // Protocol 3.2 has longer keys; a session of ours is 3.0.
      return body.length === 12 ? { kind: 'cancel', key: body.subarray(4) } : bad('its request to cancel is no 3.0');
    default:
      return code >>> 16 === 3 ? readStartup(body) : bad('it does not speak protocol 3');
  }
}

function readStartup(body: Buffer): FirstPacket {
  if (body.at(-1) !== 0) return bad('its parameters have no end');
  // Names and values end with NUL, the list with one more.
  const texts = body.toString('utf8', 4, body.length - 1).split('\0');
  if (texts.pop() !== '' || texts.length % 2 !== 0) return bad('its parameters are not pairs');
  const parameters = new Map<string, string>();
  for (let index = 0; index < texts.length; index += 2) {
    const [name = '', value = ''] = texts.slice(index, index + 2);
    if (name === '') return bad('a parameter has no name');
    if (parameters.has(name)) return bad(`the parameter ${name} is there twice`);
    parameters.set(name, value);
  }
  return { kind: 'startup', minor: body.readUInt16BE(2), parameters };
}

const bad = (why: string): FirstPacket => ({ kind: 'bad', why });
