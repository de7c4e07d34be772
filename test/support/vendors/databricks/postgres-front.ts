import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ServerCertificate } from '../authority.ts';
import { createByteReader } from './byte-reader.ts';

/** A login as the front saw it. */
export interface SeenLogin {
  readonly user: string;
  readonly database: string;
  /** What was sent as the password. */
  readonly password: string;
  readonly outcome: 'accepted' | 'refused';
}

export interface PostgresFront {
  readonly port: number;
  readonly logins: readonly SeenLogin[];
  /** Connections that tried to start without TLS. */
  readonly plaintext: number;
  readonly open: number;
  /** False: answers a request for TLS with N. */
  offersTls: boolean;
  /** Breaks every open connection. */
  drop(): void;
  close(): Promise<void>;
}

/** Resolves when the password is good; rejects with the sentence of the service. */
export type CheckPassword = (user: string, password: string) => Promise<void>;

const requests = { ssl: 80877103, gss: 80877104, cancel: 80877102 } as const;

/**
 * Speaks PostgreSQL's start-up (protocol 3.0) as Lakebase does: TLS, the password in the clear, a token for a password.
 * What it lets in it connects to the real server behind `socket`, where every role is trusted.
 */
export async function startPostgresFront(
  socket: string,
  certificate: ServerCertificate,
  check: CheckPassword,
): Promise<PostgresFront> {
  const logins: SeenLogin[] = [];
  const sockets = new Set<Socket>();
  let plaintext = 0;

  const serve = async (raw: Socket) => {
    let stream: Duplex = raw;
    let reader = createByteReader(raw);
    for (;;) {
      const length = (await reader.read(4)).readUInt32BE();
      if (length < 8 || length > 10_000) return void raw.destroy();
      const message = await reader.read(length - 4);
      const code = message.readUInt32BE();
      const whole = Buffer.concat([lengthOf(length), message]);
      if (code === requests.gss || (code === requests.ssl && !front.offersTls)) {
        stream.write('N');
      } else if (code === requests.ssl) {
        reader.release();
        stream.write('S');
        stream = new TLSSocket(raw, { isServer: true, ...certificate });
        stream.on('error', () => raw.destroy());
        reader = createByteReader(stream);
      } else if (code === requests.cancel) {
        return void connect(socket).end(whole);
      } else {
        const values = parameters(message.subarray(4));
        if (stream === raw) {
          plaintext += 1;
          return void stream.end(fatal('28000', `no pg_hba.conf entry for user "${values.user}", no encryption`));
        }
        const { user = '' } = values;
        const { database = user } = values;
        stream.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
        const head = await reader.read(5);
        if (head[0] !== 0x70) return void stream.end(fatal('08P01', 'expected password response'));
        const password = (await reader.read(head.readUInt32BE(1) - 4)).subarray(0, -1).toString();
        try {
          await check(user, password);
        } catch (error) {
          logins.push({ user, database, password, outcome: 'refused' });
          return void stream.end(fatal('28P01', error instanceof Error ? error.message : ''));
        }
        logins.push({ user, database, password, outcome: 'accepted' });
        reader.release();
        return join(stream, connect(socket), whole);
      }
    }
  };

  const server = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => raw.destroy());
    raw.once('close', () => sockets.delete(raw));
    serve(raw).catch(() => raw.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const open of sockets) open.destroy();
  };
  const front: PostgresFront = {
    port: (server.address() as AddressInfo).port,
    logins,
    get plaintext() {
      return plaintext;
    },
    get open() {
      return sockets.size;
    },
    offersTls: true,
    drop,
    async close() {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
  return front;
}

function join(client: Duplex, server: Socket, startup: Buffer): void {
  const end = () => {
    client.destroy();
    server.destroy();
  };
  for (const side of [client, server]) side.on('error', end).once('close', end);
  server.write(startup);
  client.pipe(server);
  server.pipe(client);
}

const lengthOf = (length: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
};

/** Name and value by turns, each ended by a NUL. */
function parameters(bytes: Buffer): Record<string, string> {
  const words = bytes.toString().split('\0');
  const pairs = words.flatMap((word, at) => (at % 2 === 0 && word !== '' ? [[word, words[at + 1] ?? '']] : []));
  return Object.fromEntries(pairs);
}

function fatal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  return Buffer.concat([Buffer.from('E'), lengthOf(fields.length + 4), fields]);
}
