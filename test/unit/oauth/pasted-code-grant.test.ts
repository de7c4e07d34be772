import { describe, expect, it } from 'vitest';
import { exchangeCode } from '../../../core/oauth/pasted-code-grant.ts';
import type { Fetch } from '../../../core/ports.ts';
import { Secret } from '../../../core/secret.ts';
import { noEnd } from '../../../core/untrusted/lifetime.ts';

const now = Date.UTC(2026, 10, 29);
const code = new Secret('rt-of-the-page');
const tokenEndpoint = new URL('https://registry.example/api/token');

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

async function exchange(...answers: readonly (Answer | Error)[]) {
  const asked: RequestInit[] = [];
  const fetch: Fetch = async (_address, init) => {
    const answer = answers[asked.length] ?? answers.at(-1);
    asked.push(init ?? {});
    if (answer === undefined || answer instanceof Error) throw answer;
    const { status = 200, headers = {}, body } = answer;
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
  };
  const outcome = await exchangeCode({ tokenEndpoint, fetch }, code, now).catch((error: unknown) => error);
  return { asked, outcome };
}

const tokens = { access_token: 'at-1', refresh_token: 'rt-2', expires_at: now / 1_000 + 3_600 };
const lost = Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' });

describe('a code that is exchanged', () => {
  it('is sent as a form, alone, and follows no redirect', async () => {
    const { asked } = await exchange({ body: tokens });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'POST', redirect: 'manual', body: 'refresh_token=rt-of-the-page' });
  });

  it.each<[string, object, number | undefined]>([
    ['a time', {}, 3_600],
    ['a decimal string', { expires_at: `${now / 1_000 + 60}` }, 60],
    ['a time that has passed', { expires_at: 1 }, 0],
    ['no time', { expires_at: null }, undefined],
    ['a negative time', { expires_at: -5 }, undefined],
    ['a word', { expires_at: 'soon' }, undefined],
    ['the end of all days', { expires_at: 9e15 }, noEnd],
  ])('brings tokens with %s as their end', async (_what, more, expiresIn) => {
    const { outcome } = await exchange({ body: { ...tokens, ...more } });
    expect(outcome).toMatchObject({ kind: 'tokens', reply: { expiresIn, tokenType: 'bearer' } });
  });

  it('counts by the clock of the registry, where it tells the time', async () => {
    const headers = { date: new Date(now + 600_000).toUTCString() };
    const { outcome } = await exchange({ headers, body: tokens });
    expect(outcome).toMatchObject({ kind: 'tokens', reply: { expiresIn: 3_000 } });
  });

  it('may bring no refresh token: then the one before stays good', async () => {
    const { outcome } = await exchange({ body: { ...tokens, refresh_token: '' } });
    expect(outcome).toMatchObject({ kind: 'tokens', reply: { refreshToken: undefined } });
  });

  it.each<[number, unknown, string | undefined]>([
    [200, { error: 'Invalid refresh token' }, 'Invalid refresh token'],
    [200, { error: 'invalid_grant' }, 'invalid_grant'],
    [200, { error: { message: 'gone' } }, 'gone'],
    [200, { ...tokens, error: 'both' }, 'both'],
    [400, { error: 'invalid_grant' }, 'invalid_grant'],
    [401, '<html>no</html>', undefined],
    [401, { message: 'unknown token rt-of-the-page\u202e' }, 'unknown token [secret]'],
  ])('is refused by status %i with %j', async (status, body, words) => {
    const { asked, outcome } = await exchange({ status, body });
    expect(outcome).toEqual({ kind: 'refused', status, words, retryAfter: undefined });
    expect(asked).toHaveLength(1);
  });

  it.each<[number, unknown, string]>([
    [200, '<html>sign in to this network</html>', 'malformed'],
    [200, {}, 'malformed'],
    [200, { ...tokens, access_token: 'two\nlines' }, 'malformed'],
    [200, { ...tokens, refresh_token: 'rt\nnext' }, 'malformed'],
    [302, '', 'http_status'],
    [403, '<html>blocked</html>', 'http_status'],
    [403, { error: 'invalid_grant' }, 'http_status'],
    [429, { error: 'slow down' }, 'http_status'],
    [503, '', 'http_status'],
  ])('says nothing of the code with status %i and %j', async (status, body, kind) => {
    expect((await exchange({ status, body })).outcome).toMatchObject({ failure: { kind } });
  });

  it('honours how long the registry wants to be left alone', async () => {
    const { outcome } = await exchange({ status: 429, headers: { 'retry-after': '77' }, body: '' });
    expect(outcome).toMatchObject({ retryAfter: 77 });
  });

  it('keeps the refresh token of a reply that is no good otherwise', async () => {
    const { outcome } = await exchange({ body: { refresh_token: 'rt-2' } });
    expect(outcome).toMatchObject({ failure: { kind: 'malformed' }, refreshToken: new Secret('rt-2') });
  });

  it('is asked for once more where the answer was lost, and not where nothing was sent', async () => {
    expect((await exchange(lost, { body: tokens })).outcome).toMatchObject({ kind: 'tokens' });
    expect((await exchange(lost, lost, { body: tokens })).asked).toHaveLength(2);
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    expect((await exchange(refused, { body: tokens })).asked).toHaveLength(1);
  });
});
