import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AsidePage, renderAsidePage, renderCallbackPage } from '../../../core/oauth/callback-page.ts';

const signedIn = renderCallbackPage({ kind: 'signed_in', title: 'GitHub (work)', who: 'ada' });

describe('renderCallbackPage', () => {
  it('says who is signed in to what', () => {
    expect(signedIn.status).toBe(200);
    expect(signedIn.body).toContain('You are signed in to GitHub (work) as ada.');
    expect(signedIn.body).toContain('You can close this tab.');
  });

  it('leaves out a name it does not know', () => {
    const { body } = renderCallbackPage({ kind: 'signed_in', title: 'Lab', who: undefined });
    expect(body).toContain('You are signed in to Lab.');
  });

  it('says what went wrong and where to go', () => {
    const page = renderCallbackPage({ kind: 'failed', title: 'Lab', what: 'another person signed in' });
    expect(page.status).toBe(400);
    expect(page.body).toContain('Another person signed in. Go back to Keytray.');
  });

  it('shows markup as text', () => {
    const { body } = renderCallbackPage({ kind: 'signed_in', title: '<b>"x"</b>', who: "<script>'&" });
    expect(body).not.toContain('<b>');
    expect(body).not.toContain('<script');
    expect(body).toContain('&lt;script&gt;&#39;&amp;');
  });

  it('runs nothing, loads nothing, is kept nowhere', () => {
    expect(signedIn.body).not.toMatch(/<script|src=|href=|url\(|@import/);
    expect(signedIn.headers['cache-control']).toBe('no-store');
    expect(signedIn.headers['referrer-policy']).toBe('no-referrer');
    expect(signedIn.headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('allows exactly its own style, light and dark', () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(signedIn.body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(style).toContain('prefers-color-scheme: dark');
    expect(signedIn.headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
  });
});

describe('renderAsidePage', () => {
  const title = 'GitHub (work)';
  it.each<[AsidePage, number, string]>([
    [{ kind: 'answer_from_elsewhere', title }, 409, 'to GitHub (work) was begun in another browser or profile'],
    [{ kind: 'begun_elsewhere', title }, 404, 'to GitHub (work) was begun in another browser or profile'],
    [{ kind: 'not_the_answer', title, why: 'no state' }, 404, 'no state'],
    [{ kind: 'over', title }, 404, 'to GitHub (work) has already come'],
    [{ kind: 'not_a_visit' }, 503, 'begins a sign-in'],
    [{ kind: 'nothing_here' }, 404, 'nothing at this address'],
    [{ kind: 'only_get' }, 405, 'only takes GET'],
  ])('says why: %j', (page, status, words) => {
    const rendered = renderAsidePage(page);
    expect(rendered.status).toBe(status);
    expect(rendered.body).toContain(words);
    expect(rendered.body).not.toMatch(/<script|src=|href=|url\(|@import/);
    expect(rendered.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });
});

it('has the mark and the name of Keytray', () => {
  expect(signedIn.body).toMatch(/<svg .*<\/svg>Keytray</);
});
