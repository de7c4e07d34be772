import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renderCallbackPage } from '../../../core/oauth/callback-page.ts';

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
