import type { CancelKey } from './first-packet.ts';

/** Messages of protocol 3.0 that are written here. PostgreSQL, "Message Formats". */

export const refusesEncryption = Buffer.from('N');
export const sslRequest = packet(int32(80877103));

export function startupMessage(parameters: ReadonlyMap<string, string>): Buffer {
  const texts = [...parameters].flat().map(terminated);
  return packet(int32(3 << 16), ...texts, Buffer.from([0]));
}

export const cancelMessage = (key: CancelKey): Buffer => packet(int32(80877102), key);

export const authenticationOk = message('R', int32(0));

export const backendKeyData = (key: CancelKey): Buffer => message('K', key);

/** The server knows no minor version but 0, and none of these options. */
export function negotiateProtocolVersion(options: readonly string[]): Buffer {
  return message('v', int32(0), int32(options.length), ...options.map(terminated));
}

export const passwordMessage = (text: string): Buffer => message('p', terminated(text));

export function saslInitialResponse(mechanism: string, response: string): Buffer {
  const bytes = Buffer.from(response);
  return message('p', terminated(mechanism), int32(bytes.length), bytes);
}

export const saslResponse = (response: string): Buffer => message('p', Buffer.from(response));

/** Ends a session that has not begun. `code` is a SQLSTATE. */
export function fatalError(code: string, text: string): Buffer {
  const fields = { S: 'FATAL', V: 'FATAL', C: code, M: text };
  const bytes = Object.entries(fields).map(([name, value]) => terminated(`${name}${value}`));
  return message('E', ...bytes, Buffer.from([0]));
}

export function message(type: string, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(type), packet(...parts)]);
}

function packet(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Throws `TypeError` for a text that would begin another one. */
function terminated(text: string): Buffer {
  if (text.includes('\0')) throw new TypeError('a text of the protocol has no NUL');
  return Buffer.from(`${text}\0`);
}
