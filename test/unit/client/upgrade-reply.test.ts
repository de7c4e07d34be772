import { describe, expect, it } from 'vitest';
import { readUpgradeReply } from '../../../client/upgrade-reply.ts';
import { KeytrayError } from '../../../core/errors.ts';

const switched = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: keytray-helper/1\r\n\r\nO\0\0');
const body = '{"error":"access_denied","error_description":"run the command without sudo"}';
const refused = Buffer.from(
  `HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);

const failureIn = (text: string | Buffer): KeytrayError | undefined => {
  const reply = readUpgradeReply(Buffer.from(text));
  return reply.kind === 'refused' && reply.failure instanceof KeytrayError ? reply.failure : undefined;
};

describe('readUpgradeReply', () => {
  it('waits for the whole head, and hands on what follows it', () => {
    const end = switched.indexOf('\r\n\r\n') + 4;
    for (let length = 0; length < end; length += 1) {
      expect(readUpgradeReply(switched.subarray(0, length)).kind).toBe('incomplete');
    }
    const reply = readUpgradeReply(switched);
    expect(reply.kind === 'switched' && Buffer.from(reply.rest).toString()).toBe('O\0\0');
  });

  it('reads a refusal once it is whole', () => {
    expect(readUpgradeReply(refused.subarray(0, refused.length - 1)).kind).toBe('incomplete');
    expect(failureIn(refused)).toMatchObject({ code: 'access_denied', message: 'run the command without sudo' });
  });

  it.each([
    'SSH-2.0-OpenSSH_9.2\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 403 Forbidden\r\nContent-Length: 99999999\r\n\r\n',
    'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}',
    'x'.repeat(20_000),
  ])('takes anything else for no answer of ours', (text) => {
    expect(failureIn(text)?.code).toBe('internal_error');
  });
});
