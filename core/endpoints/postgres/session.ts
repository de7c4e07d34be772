import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { KeytrayError } from '../../errors.ts';
import { oneLineOf } from '../../failures/next-step.ts';
import { readBytes } from '../../http/read-bytes.ts';
import type { Secret } from '../../secret.ts';
import { printable } from '../../untrusted/plain-text.ts';
import type { CancelKeys } from './cancel-keys.ts';
import { largestFirstPacket, readFirstPacket } from './first-packet.ts';
import {
  authenticationOk,
  backendKeyData,
  fatalError,
  negotiateProtocolVersion,
  refusesEncryption,
} from './messages.ts';
import { type Connect, NoServer, type PostgresAddress, securedServer } from './secured-server.ts';
import { logIn } from './server-login.ts';
import { isProtocolOption, judgeStartup, type SessionRefusal, type Startup, upstreamParameters } from './startup.ts';

/** Where a session leads, with a password that is good now. */
export interface PostgresTarget extends PostgresAddress {
  readonly database: string;
  readonly user: string;
  readonly password: Secret;
}

export interface SessionDependencies {
  /** Asked for every session. Throws `KeytrayError`. */
  target(): Promise<PostgresTarget>;
  readonly connect: Connect;
  readonly cancelKeys: CancelKeys;
}

/** SSLRequest, GSSENCRequest and then the start-up message: a client has no reason to say more. */
const mostPackets = 3;

/** Resolves to whether a session has begun; it goes on by itself. Never rejects. */
export async function openSession(client: Socket, dependencies: SessionDependencies): Promise<boolean> {
  try {
    return await open(client, dependencies);
  } catch (error) {
    const { code, message } = refusalOf(error);
    return refuse(client, fatalError(code, printable(`keytray: ${message}`).trim()));
  }
}

async function open(client: Socket, dependencies: SessionDependencies): Promise<boolean> {
  for (let packets = 0; packets < mostPackets; packets += 1) {
    const length = (await readBytes(client, 4)).readUInt32BE(0);
    // The first bytes of a request of HTTP, or of TLS, would be a length of more.
    if (length < 8 || length > largestFirstPacket) throw new ProtocolViolation('its first packet has a wrong length');
    const packet = readFirstPacket(await readBytes(client, length - 4));
    switch (packet.kind) {
      case 'encryption':
        client.write(refusesEncryption);
        continue;
      case 'cancel':
        await dependencies.cancelKeys.cancel(packet.key);
        client.destroySoon();
        return false;
      case 'bad':
        throw new ProtocolViolation(packet.why);
      case 'startup':
        return await begin(client, packet, dependencies);
    }
  }
  throw new ProtocolViolation('it asks for encryption again and again');
}

async function begin(client: Socket, startup: Startup, dependencies: SessionDependencies): Promise<boolean> {
  const { target, connect, cancelKeys } = dependencies;
  const unknown = [...startup.parameters.keys()].filter(isProtocolOption);
  if (startup.minor > 0 || unknown.length > 0) client.write(negotiateProtocolVersion(unknown));
  const refused = judgeStartup(startup);
  if (refused !== undefined) return refuseWith(client, refused);
  const wanted = await target();
  const judged = upstreamParameters(startup, wanted);
  if (judged.kind === 'refused') return refuseWith(client, judged);
  if (client.destroyed) return false;

  const server = await securedServer(wanted, connect, client);
  client.once('close', () => server.destroy());
  if (client.destroyed) server.destroy();
  const login = await logIn(server, judged.parameters, wanted.password).catch((error: unknown) => {
    server.destroy();
    throw error;
  });
  switch (login.kind) {
    case 'refused':
      server.destroy();
      return refuse(client, login.error);
    case 'unusable':
      server.destroy();
      throw new NoServer(login.why);
    case 'ready': {
      const key = randomBytes(8);
      // A process id is positive.
      key.writeUInt8(key.readUInt8(0) & 0x7f, 0);
      if (login.cancelKey !== undefined) cancelKeys.add(key, { ...wanted, key: login.cancelKey });
      client.once('close', () => cancelKeys.remove(key));
      client.write(Buffer.concat([authenticationOk, backendKeyData(key), login.greeting]));
      join(client, server);
      return true;
    }
  }
}

/** From here on the two speak with each other. Each end waits for the other to read. */
function join(client: Socket, server: Socket): void {
  client.pipe(server);
  server.pipe(client);
  // What the server said last is still to be read.
  server.once('close', () => client.destroySoon());
}

class ProtocolViolation extends Error {}

function refusalOf(error: unknown): SessionRefusal {
  if (error instanceof NoServer) return error.refusal;
  if (error instanceof ProtocolViolation)
    return { code: '08P01', message: `the client is not understood: ${error.message}` };
  if (!(error instanceof KeytrayError)) return { code: '08006', message: 'the connection to the server broke off' };
  // cannot_connect_now lets clients try again; invalid_authorization_specification does not.
  const code = error.code === 'temporarily_unavailable' ? '57P03' : '28000';
  return { code, message: oneLineOf(error) };
}

const refuseWith = (client: Socket, { code, message }: SessionRefusal): false =>
  refuse(client, fatalError(code, printable(`keytray: ${message}`).trim()));

function refuse(client: Socket, message: Buffer): false {
  client.end(message);
  // Left unread, what the client still says would make the kernel drop our words.
  client.resume();
  client.once('end', () => client.destroySoon());
  return false;
}
