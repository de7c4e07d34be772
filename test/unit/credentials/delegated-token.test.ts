import { describe, expect, it } from 'vitest';
import { exchangeProof } from '../../../core/credentials/delegated-token.ts';
import { Secret } from '../../../core/secret.ts';
import { failureOf } from '../../support/broker.ts';

const now = Date.UTC(2026, 2, 1, 12);

const exchanged = (status: number, headers: Record<string, string>) =>
  exchangeProof({
    fetch: async () => new Response('', { status, headers }),
    endpoint: new URL('https://api.datadoghq.com/api/v2/delegated-token'),
    now: () => now,
    sign: async () => new Secret('proof'),
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
