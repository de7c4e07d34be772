import { connect, createServer, type Socket } from 'node:net';

export interface SocksProxy {
  readonly port: number;
  /** What was asked for: version, host and port, and the user where one was told. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Reads exactly so many bytes of a socket that nobody else reads. */
async function take(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes: unknown = socket.read(length);
    if (Buffer.isBuffer(bytes)) return bytes;
    await new Promise((resolve) => socket.once('readable', resolve).once('close', resolve));
    if (socket.destroyed) throw new Error('gone');
  }
}

async function untilZero(socket: Socket): Promise<string> {
  let text = '';
  for (;;) {
    const [byte = 0] = await take(socket, 1);
    if (byte === 0) return text;
    text += String.fromCharCode(byte);
  }
}

async function hostOf(socket: Socket): Promise<string> {
  const [kind = 0] = await take(socket, 1);
  if (kind === 1) return (await take(socket, 4)).join('.');
  if (kind === 4) return `[${(await take(socket, 16)).toString('hex')}]`;
  return (await take(socket, (await take(socket, 1))[0] ?? 0)).toString();
}

/**
 * A SOCKS proxy, versions 4, 4a and 5, that sends every name to one port of this machine. With `password` it wants a
 * user and that password; with `refuses` it opens nothing; with `inPieces` it says one byte at a time.
 */
export async function startSocksProxy(
  destination: number,
  options: { readonly password?: string; readonly refuses?: boolean; readonly inPieces?: true } = {},
): Promise<SocksProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();

  const say = async (socket: Socket, bytes: readonly number[]): Promise<void> => {
    if (options.inPieces !== true) return void socket.write(Buffer.from(bytes));
    socket.setNoDelay(true);
    for (const byte of bytes) {
      socket.write(Buffer.from([byte]));
      await new Promise((next) => setTimeout(next, 5));
    }
  };

  const version5 = async (socket: Socket): Promise<boolean> => {
    const methods = await take(socket, (await take(socket, 1))[0] ?? 0);
    const wanted = options.password === undefined ? 0 : 2;
    await say(socket, [5, methods.includes(wanted) ? wanted : 255]);
    if (!methods.includes(wanted)) return false;
    let user = '';
    if (wanted === 2) {
      await take(socket, 1);
      user = (await take(socket, (await take(socket, 1))[0] ?? 0)).toString();
      const password = (await take(socket, (await take(socket, 1))[0] ?? 0)).toString();
      await say(socket, [1, password === options.password ? 0 : 1]);
      if (password !== options.password) return false;
    }
    await take(socket, 3);
    const host = await hostOf(socket);
    asked.push(`5 ${host}:${(await take(socket, 2)).readUInt16BE()}${user && ` ${user}`}`);
    await say(socket, [5, options.refuses ? 2 : 0, 0, 1, 127, 0, 0, 1, 0, 0]);
    return options.refuses !== true;
  };

  const version4 = async (socket: Socket): Promise<boolean> => {
    await take(socket, 1);
    const port = (await take(socket, 2)).readUInt16BE();
    const ip = await take(socket, 4);
    const user = await untilZero(socket);
    const host = ip[0] === 0 && ip[1] === 0 && ip[2] === 0 ? await untilZero(socket) : ip.join('.');
    asked.push(`4 ${host}:${port}${user && ` ${user}`}`);
    await say(socket, [0, options.refuses ? 91 : 90, 0, 0, 0, 0, 0, 0]);
    return options.refuses !== true;
  };

  const serve = async (socket: Socket): Promise<void> => {
    const [version = 0] = await take(socket, 1);
    const opened = version === 5 ? await version5(socket) : await version4(socket);
    if (!opened) return void socket.end();
    const upstream = connect(destination, '127.0.0.1');
    sockets.add(upstream);
    upstream.on('error', () => socket.destroy()).once('close', () => socket.destroy());
    socket.once('close', () => upstream.destroy());
    upstream.pipe(socket).pipe(upstream);
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
