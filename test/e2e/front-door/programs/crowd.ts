import { connect, type Socket } from 'node:net';

/**
 * `crowd.ts SOCKET PLAN`: opens connections as the plan (JSON) says and misbehaves on them. Every connection first
 * sends `opening` (latin1), then one byte of `drip` each second, over and over, if there is any. Prints one line of
 * JSON whenever it is sent a line: how many connections of each part of the plan are open, were refused with a 503,
 * were admitted and ended with a 408, have ended with another answer or none.
 */
export interface CrowdPlan {
  readonly [part: string]: {
    readonly count: number;
    readonly opening: string;
    readonly drip: string;
    /** Never takes a byte of what comes. */
    readonly deaf?: boolean;
  };
}

export interface CrowdReport {
  readonly [part: string]: {
    readonly open: number;
    readonly refused: number;
    readonly late: number;
    readonly ended: number;
  };
}

interface Member {
  readonly part: string;
  readonly socket: Socket;
  said: string;
  closed: boolean;
}

const [, , socketPath = '', text = '{}'] = process.argv;
const plan: CrowdPlan = JSON.parse(text);
const members: Member[] = [];

for (const [part, { count, opening, drip, deaf }] of Object.entries(plan)) {
  for (let index = 0; index < count; index += 1) {
    members.push(await join(part, opening, drip, deaf ?? false));
  }
}
process.stdin.on('data', () => process.stdout.write(`${JSON.stringify(report())}\n`));
process.stdin.once('end', () => process.exit());
process.stdout.write('here\n');

function join(part: string, opening: string, drip: string, deaf: boolean): Promise<Member> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const member: Member = { part, socket, said: '', closed: false };
    const dripping = drip === '' ? undefined : setInterval(() => write(drip.charAt(at++ % drip.length)), 1_000);
    let at = 0;
    const write = (bytes: string): void => {
      if (socket.writable) socket.write(bytes, 'latin1');
    };
    socket.once('close', () => {
      member.closed = true;
      clearInterval(dripping);
      resolve(member);
    });
    // Who reads nothing hears of the end only when writing fails.
    socket.on('error', () => socket.destroy());
    if (!deaf)
      socket.on('data', (chunk: Buffer) => (member.said = (member.said + chunk.toString('latin1')).slice(0, 64)));
    socket.once('connect', () => {
      write(opening);
      resolve(member);
    });
  });
}

function report(): CrowdReport {
  const parts = Object.keys(plan).map((name) => {
    const all = members.filter(({ part }) => part === name);
    const told = (status: number): number => all.filter(({ said }) => said.startsWith(`HTTP/1.1 ${status}`)).length;
    const [refused, late] = [told(503), told(408)];
    const open = all.filter(({ said, closed }) => !closed && !/^HTTP\/1\.1 (?:503|408)/.test(said)).length;
    return [name, { open, refused, late, ended: all.length - open - refused - late }];
  });
  return Object.fromEntries(parts);
}
