import { lookup } from 'node:dns/promises';
import { isIP, isIPv4, type Socket } from 'node:net';
import { ConnectionEnded, readBytes } from './read-bytes.ts';

export interface SocksTarget {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface SocksCredentials {
  readonly user: string;
  readonly password: string;
}

/** As curl has it: `socks` is version 4; an `a` or `h` at the end leaves it to the proxy to look names up. */
export type SocksScheme = 'socks:' | 'socks4:' | 'socks4a:' | 'socks5:' | 'socks5h:';

export const isSocksScheme = (protocol: string): protocol is SocksScheme => /^socks(?:4a?|5h?)?:$/.test(protocol);

/** Asks a SOCKS proxy for a connection to the target (RFC 1928, RFC 1929; version 4). Rejects where it says no. */
export async function askSocks(
  socket: Socket,
  scheme: SocksScheme,
  target: SocksTarget,
  credentials: SocksCredentials,
): Promise<void> {
  switch (scheme) {
    case 'socks5:':
    case 'socks5h:':
      return await askVersion5(socket, await resolved(target, scheme === 'socks5:'), credentials);
    case 'socks:':
    case 'socks4:':
    case 'socks4a:':
      return await askVersion4(socket, await resolved(target, scheme !== 'socks4a:', 4), credentials.user);
  }
}

async function askVersion5(
  socket: Socket,
  { host, port }: SocksTarget,
  { user, password }: SocksCredentials,
): Promise<void> {
  const withPassword = user !== '' || password !== '';
  socket.write(Buffer.from(withPassword ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await take(socket, 2);
  if (version !== 5) throw refusal('UNKNOWN');
  if (method === 2 && withPassword) {
    socket.write(Buffer.concat([Buffer.from([1]), counted(user), counted(password)]));
    if ((await take(socket, 2))[1] !== 0) throw refusal('ANSWERED_407');
  } else if (method !== 0) throw refusal('ANSWERED_407');
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), address(host), portBytes(port)]));
  const [answering, reply, , kind] = await take(socket, 4);
  if (answering !== 5 || reply !== 0) throw refusal(`REFUSED_${reply}`);
  switch (kind) {
    case 1:
      return void (await take(socket, 4 + 2));
    case 3:
      return void (await take(socket, Number((await take(socket, 1))[0]) + 2));
    case 4:
      return void (await take(socket, 16 + 2));
    default:
      throw refusal('UNKNOWN');
  }
}

async function askVersion4(socket: Socket, target: SocksTarget, user: string): Promise<void> {
  const { host, port } = target;
  if (isIP(host) === 6) throw refusal('NO_IPV6');
  // Texts end with NUL: one in the user would begin the name.
  if (user.includes('\0')) throw refusal('USER_WITH_NUL');
  // 4a: an address that cannot be, and the name at the end.
  const ip = isIPv4(host) ? ipv4(host) : Buffer.from([0, 0, 0, 1]);
  const name = isIPv4(host) ? '' : `${host}\0`;
  socket.write(Buffer.concat([Buffer.from([4, 1]), portBytes(port), ip, Buffer.from(`${user}\0${name}`)]));
  const [version, reply] = await take(socket, 8);
  if (version !== 0 || reply !== 90) throw refusal(`REFUSED_${reply}`);
}

async function resolved(target: SocksTarget, here: boolean, family: 0 | 4 = 0): Promise<SocksTarget> {
  if (!here || isIP(target.host) !== 0) return target;
  return { ...target, host: (await lookup(target.host, { family })).address };
}

function address(host: string): Buffer {
  if (isIPv4(host)) return Buffer.concat([Buffer.from([1]), ipv4(host)]);
  return isIP(host) === 6
    ? Buffer.concat([Buffer.from([4]), ipv6(host)])
    : Buffer.concat([Buffer.from([3]), counted(host)]);
}

const ipv4 = (host: string): Buffer => Buffer.from(host.split('.').map(Number));

function ipv6(host: string): Buffer {
  const plain = new URL(`http://[${host}]`).hostname.slice(1, -1);
  const [head = '', tail] = plain.split('::');
  const groups = (part: string | undefined): string[] => (part ? part.split(':') : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)];
  return Buffer.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}

const portBytes = (port: number): Buffer => Buffer.from([port >> 8, port & 0xff]);

/** One byte of length, then the text: 255 bytes at most. */
function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw refusal('TEXT_TOO_LONG');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

const refusal = (why: string): Error =>
  Object.assign(new Error('the proxy opened no connection'), { code: `PROXY_${why}` });

/** What the proxy says, by so many bytes. */
async function take(socket: Socket, length: number): Promise<Buffer> {
  return await readBytes(socket, length).catch((error: unknown) => {
    if (!(error instanceof ConnectionEnded)) throw error;
    throw Object.assign(error, { code: 'ECONNRESET' });
  });
}
