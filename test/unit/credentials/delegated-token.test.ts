import { describe, expect, it } from 'vitest';
import { exchangeProof } from '../../../core/credentials/delegated-token.ts';
import { Secret } from '../../../core/secret.ts';
import { failureOf } from '../../support/broker.ts';

const now = Date.UTC(2026, 2, 1, 12);

const exchanged = (status: number, headers: Record<string, string>, body = '') =>
  exchangeProof({
    fetch: async () => new Response(body, { status, headers }),
    endpoint: new URL('https://api.datadoghq.com/api/v2/delegated-token'),
    now: () => now,
    sign: async () => new Secret('ZmlyYbody|aGVhZbheaders|POST|dXJsdXJs'),
    secrets: [new Secret('a-session'), new Secret('a-key-of-aws')],
    identity: { arn: undefined, accessKeyId: 'ASIA1', learn: 'Ask AWS', renew: 'Renew it' },
  });

describe('Datadog that asks to be left alone', () => {
  it.each([
    ['in seconds', { 'retry-after': '90' }],
    ['until a date', { 'retry-after': new Date(now + 90_000).toUTCString() }],
    [
      'until a date by a clock that differs from ours',
      { date: new Date(now + 60_000).toUTCString(), 'retry-after': new Date(now + 150_000).toUTCString() },
    ],
  ])('is heard %s', async (_form, headers) => {
    for (const status of [429, 503]) {
      expect(await failureOf(exchanged(status, headers))).toMatchObject({
        code: 'temporarily_unavailable',
        retryAfter: 90,
      });
    }
  });
});

describe('Datadog that repeats what it was sent', () => {
  const arn = 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Administrator_0123456789abcdef/kim';

  it.each([400, 401, 403, 500])('with status %i is quoted without it', async (status) => {
    const words = ['ZmlyYbody', 'aGVhZbheaders', 'a-session', 'a-key-of-aws'];
    for (const word of [...words, 'ey0123456789abcdefABCDEF.0123456789abcdefABCDEF']) {
      const body = JSON.stringify({ errors: [`no ${word} please`] });
      const { message, detail } = (await failureOf(exchanged(status, {}, body))) ?? expect.fail();
      expect(`${message} ${detail ?? ''}`).toContain('no [secret] please');
    }
  });

  it('still names the role that nobody is mapped to', async () => {
    const body = JSON.stringify({ errors: [`${arn} is not mapped`] });
    expect(await failureOf(exchanged(403, {}, body))).toMatchObject({ message: expect.stringContaining(arn) });
  });
});
