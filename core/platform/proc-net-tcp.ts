import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import type { TcpEnd, TcpEntry, TcpTuple } from './tcp-connection.ts';

/** The same from /proc/net/tcp and tcp6 (proc_pid_net(5)), where the kernel has no sock_diag. Undefined: neither. */
export async function readProcNetTcp(tuple: TcpTuple): Promise<readonly TcpEntry[] | undefined> {
  const texts = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readOrNothing));
  if (texts.every((text) => text === undefined)) return undefined;
  return texts.flatMap((text) => (text === undefined ? [] : findEntries(text, tuple)));
}

async function readOrNothing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1');
  } catch {
    // No IPv6, or no /proc.
    return undefined;
  }
}

/** The lines of one such table that are of this socket. Pure. */
export function findEntries(table: string, tuple: TcpTuple): readonly TcpEntry[] {
  const wanted = [
    formatEnds(tuple),
    formatEnds({ source: mapped(tuple.source), destination: mapped(tuple.destination) }),
  ];
  const entries: TcpEntry[] = [];
  for (const line of table.split('\n').slice(1)) {
    if (!wanted.some((ends) => line.includes(ends))) continue;
    const [, , , state = '', , , , uid = '', , inode = ''] = line.trim().split(/\s+/);
    entries.push({ state: Number.parseInt(state, 16), uid: Number(uid), inode: Number(inode) });
  }
  return entries;
}

/** `0100007F:1F90 0100007F:C350`: addresses as words of 32 bits in the machine's own order, ports as they are. */
function formatEnds({ source, destination }: TcpTuple): string {
  return ` ${formatEnd(source)} ${formatEnd(destination)} `;
}

function formatEnd({ address, port }: TcpEnd): string {
  const words = endianness() === 'LE' ? Buffer.from(address).swap32() : address;
  return `${words.toString('hex').toUpperCase()}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** An IPv4 connection of an IPv6 socket is in tcp6. */
function mapped({ address, port }: TcpEnd): TcpEnd {
  if (address.length === 16) return { address, port };
  // Nothing but zeros: a listening socket's destination stays what it is.
  const anywhere = address.every((byte) => byte === 0);
  const prefix = anywhere ? Buffer.alloc(12) : Buffer.from([...Array.from({ length: 10 }, () => 0), 0xff, 0xff]);
  return { address: Buffer.concat([prefix, address]), port };
}
