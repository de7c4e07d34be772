import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFrame } from '../../../core/wire/frames.ts';
import { type AttackTarget, gitHost, startAttackTarget } from '../../support/attack-target.ts';

let target: AttackTarget;

beforeAll(async () => {
  target = await startAttackTarget();
});

afterAll(async () => {
  await target.close();
});

const upgrade = [
  'GET /v1/helpers/git/get HTTP/1.1',
  'Host: keytray',
  'Connection: Upgrade',
  'Upgrade: keytray-helper/1',
  '\r\n',
].join('\r\n');
const frame = (type: string, content: string | Uint8Array = ''): Buffer => Buffer.from(encodeFrame(type, content));
const header = (type: string, length: number): Buffer => {
  const bytes = Buffer.from([type.charCodeAt(0), 0, 0, 0, 0]);
  bytes.writeUInt32BE(length, 1);
  return bytes;
};
const request = `protocol=https\nhost=${gitHost}\n\n`;
const largest = 'x'.repeat(64 * 1024);
const times = (count: number, bytes: Buffer): Buffer[] => Array.from({ length: count }, () => bytes);

/** The exit status, where the agent gave one. */
const statusOf = (text: string): number | undefined =>
  text.slice(-6, -1) === 'X\0\0\0\u0001' ? text.charCodeAt(text.length - 1) : undefined;
const tokensIn = (text: string): number => [...target.secrets].filter((secret) => text.includes(secret)).length;

const refused: readonly (readonly [string, readonly Buffer[]])[] = [
  ['stdin first', [frame('I', request)]],
  ['the end of stdin first', [frame('Z')]],
  ['stdin before the folder', [frame('A', 'get'), frame('I', request), frame('C', '/')]],
  ['an argument after the folder', [frame('C', '/'), frame('A', 'get')]],
  ['a second folder', [frame('C', '/'), frame('C', '/')]],
  ['stdin after its end', [frame('C', '/'), frame('Z'), frame('I', request)]],
  ['an end of stdin with content', [frame('C', '/'), frame('Z', 'x')]],
  ['frames of the other side', [frame('C', '/'), frame('O', 'x')]],
  ['a status of the caller', [frame('C', '/'), frame('X', Uint8Array.of(0))]],
  ['an unknown type', [header('\x7f', 0)]],
  ['a length one beyond the limit', [header('A', 64 * 1024 + 1)]],
  ['a length of 2 GiB', [header('I', 0x7fff_ffff)]],
  ['a negative length', [header('A', 0xffff_ffff)]],
  ['too many arguments', times(3, frame('A', largest))],
  ['too many empty arguments', [Buffer.concat(times(30_000, frame('A')))]],
  ['too many variables', times(3, frame('E', `A=${largest.slice(2)}`))],
  ['a NUL in an argument', [frame('A', 'a\0b')]],
  ['a NUL in the folder', [frame('C', '/\0')]],
  ['a variable without a name', [frame('E', '=x')]],
  ['more stdin than there may be', [frame('C', '/'), ...times(17, frame('I', largest))]],
  ['another HTTP request', [Buffer.from(upgrade)]],
];

describe('frames that break the rules', () => {
  it('end the call with one line and 2, and give nothing away', async () => {
    const answers = await target.survives('frames that break the rules', () =>
      Promise.all(refused.map(async ([name, frames]) => [name, await target.send(upgrade, ...frames)] as const)),
    );
    expect(answers.map(([name, text]) => [name, statusOf(text), tokensIn(text)])).toEqual(
      refused.map(([name]) => [name, 2, 0]),
    );
  });

  it('hurt nobody in masses', async () => {
    const mass = [Buffer.concat([frame('C', '/'), ...times(40_000, frame('I'))])];
    await target.survives('millions of empty frames', async () => {
      await Promise.all(times(50, Buffer.alloc(0)).map(() => target.send(upgrade, ...mass)));
    });
    const byTheByte = Buffer.concat([frame('C', '/'), ...times(200_000, frame('I', '\n'))]);
    await target.survives('stdin by the byte', async () => {
      const answers = await Promise.all(times(20, byTheByte).map((bytes) => target.send(upgrade, bytes)));
      expect(answers.map(tokensIn).some((count) => count > 0)).toBe(false);
    });
  });
});

describe('the control', () => {
  it('gets its token by the very frames that the attacks vary', async () => {
    const text = await target.send(upgrade, frame('A', 'get'), frame('C', '/'), frame('I', request), frame('Z'));
    expect([statusOf(text), tokensIn(text)]).toEqual([0, 1]);
  });
});
