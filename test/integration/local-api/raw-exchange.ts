import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** As received, names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export async function openSocket(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  return socket;
}

/** Everything the server sends until it closes, or until `done` says that it is enough. */
export async function receiveUntil(socket: Socket, done: (text: string) => boolean): Promise<string> {
  let text = '';
  return await new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (done(text)) resolve(text);
    });
    socket.once('close', () => resolve(text));
    socket.on('error', () => undefined);
  });
}

/** Writes exactly these bytes and reads the answer, whatever the server thinks of them. */
export async function rawExchange(path: string, ...pieces: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  const socket = await openSocket(path);
  const received = receiveUntil(socket, isWhole);
  for (const piece of pieces) socket.write(piece);
  const text = await received;
  socket.destroy();
  return parse(text);
}

export function requestText(line: string, headers: readonly string[] = ['Host: keytray'], body = ''): string {
  return `${[`${line} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n${body}`;
}

export function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(first.split(' ')[1]), headers: new Map(headers), body: text.slice(end + 4) };
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return end !== -1 && length !== undefined && text.length >= end + 4 + Number(length);
}
