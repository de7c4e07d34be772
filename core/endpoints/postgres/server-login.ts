import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Secret } from '../../secret.ts';
import type { CancelKey } from './first-packet.ts';
import { passwordMessage, saslInitialResponse, saslResponse, startupMessage } from './messages.ts';
import { answerChallenge, clientFirst, scramSha256 } from './scram.ts';
import { type BackendMessage, readMessage } from './socket-reader.ts';

export type ServerLogin =
  | {
      readonly kind: 'ready';
      /** What the server said of the session up to its first ReadyForQuery, without its key; for the client. */
      readonly greeting: Buffer;
      /** Undefined where the server gives none. */
      readonly cancelKey: CancelKey | undefined;
    }
  /** The server's own words, as it sent them. */
  | { readonly kind: 'refused'; readonly error: Buffer }
  | { readonly kind: 'unusable'; readonly why: string };

const unusable = (why: string): ServerLogin => ({ kind: 'unusable', why });

/** Logs in to a server over a secured connection. Rejects as `readBytes` does. */
export async function logIn(
  server: Socket,
  parameters: ReadonlyMap<string, string>,
  password: Secret,
): Promise<ServerLogin> {
  server.write(startupMessage(parameters));
  const scram = scramExchange(server, password);
  for (;;) {
    const received = await readMessage(server);
    switch (received.type) {
      case 'E':
        return { kind: 'refused', error: received.bytes };
      case 'N':
        continue;
      case 'R': {
        const step = await authenticate(received, server, password, scram);
        if (step === 'done') return await greeting(server);
        if (step !== 'more') return unusable(step);
        continue;
      }
      default:
        return unusable('the server says something before it knows who we are');
    }
  }
}

/** PostgreSQL, "Authentication…": 'more' and 'done', or why it cannot go on. */
async function authenticate(
  { body }: BackendMessage,
  server: Socket,
  password: Secret,
  scram: ScramExchange,
): Promise<string> {
  const kind = body.length < 4 ? -1 : body.readUInt32BE(0);
  const data = body.subarray(4);
  switch (kind) {
    case 0:
      return scram.mayEnd() ? 'done' : 'the server did not prove that it knows the password';
    case 3:
      server.write(passwordMessage(password.reveal()));
      return 'more';
    case 10:
      return scram.begin(data.toString('utf8').split('\0'));
    case 11:
      return await scram.answer(data.toString('utf8'));
    case 12:
      return scram.end(data.toString('utf8'));
    default:
      return `the server asks for the password in a way that is not supported (${kind})`;
  }
}

interface ScramExchange {
  begin(mechanisms: readonly string[]): string;
  answer(serverFirst: string): Promise<string>;
  end(serverFinal: string): string;
  /** False in the middle of an exchange. */
  mayEnd(): boolean;
}

function scramExchange(server: Socket, password: Secret): ScramExchange {
  const client = { nonce: randomBytes(18).toString('base64'), user: '' };
  let state: 'none' | 'begun' | 'answered' | 'proved' = 'none';
  let provedBy: (serverFinal: string) => boolean = () => false;
  const unexpected = 'the server mixes up the steps of SCRAM';
  return {
    begin: (mechanisms) => {
      if (state !== 'none') return unexpected;
      if (!mechanisms.includes(scramSha256)) return 'the server offers no mechanism for the password that is supported';
      state = 'begun';
      server.write(saslInitialResponse(scramSha256, clientFirst(client)));
      return 'more';
    },
    answer: async (serverFirst) => {
      if (state !== 'begun') return unexpected;
      const proof = await answerChallenge(client, password, serverFirst).catch(() => undefined);
      if (proof === undefined) return 'the challenge of the server is not one of SCRAM-SHA-256';
      state = 'answered';
      provedBy = proof.provedBy;
      server.write(saslResponse(proof.clientFinal));
      return 'more';
    },
    end: (serverFinal) => {
      if (state !== 'answered' || !provedBy(serverFinal)) return 'the server did not prove that it knows the password';
      state = 'proved';
      return 'more';
    },
    mayEnd: () => state === 'none' || state === 'proved',
  };
}

async function greeting(server: Socket): Promise<ServerLogin> {
  const passed: Buffer[] = [];
  let cancelKey: CancelKey | undefined;
  for (let size = 0; size <= largestGreeting; ) {
    const { type, body, bytes } = await readMessage(server);
    size += bytes.length;
    if (type === 'E') return { kind: 'refused', error: bytes };
    if (type === 'K') {
      if (body.length !== 8) return unusable('the key of the session is not one of protocol 3.0');
      cancelKey = body;
      continue;
    }
    if (!['S', 'N', 'Z', 'v'].includes(type)) return unusable('the server says something that is no greeting');
    if (type !== 'v') passed.push(bytes);
    if (type === 'Z') return { kind: 'ready', greeting: Buffer.concat(passed), cancelKey };
  }
  return unusable('the greeting of the server has no end');
}

/** Bytes. A real one has some dozens of short parameters. */
const largestGreeting = 256 * 1024;
