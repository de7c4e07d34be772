import { describe, expect, it } from 'vitest';
import { serverFailure } from '../../../core/accounts/server-directory.ts';
import { failures, fixes, KeytrayError } from '../../../core/errors.ts';
import { nextStep, oneLineOf, whatToDo } from '../../../core/failures/next-step.ts';
import { cureOf } from '../../../core/oauth/failure-cure.ts';
import { wordsOfNetwork, wordsOfOAuthError } from '../../../core/oauth/failure-words.ts';
import { OAuthFailure, type OAuthFailureCause } from '../../../core/oauth/oauth-failure.ts';

const lab = { id: 'lab', clientSecret: { stored: false } };
const failing = (failure: OAuthFailureCause, message = 'it failed') =>
  serverFailure(new OAuthFailure(message, failure), lab);

describe('the next step of a failure', () => {
  it('for a mistyped host is to check the address', () => {
    const failure = failing({ kind: 'network', code: 'ENOTFOUND' }, wordsOfNetwork('ENOTFOUND', 'login.lab.exmple'));
    expect(failure).toMatchObject({ message: 'login.lab.exmple cannot be found', detail: 'ENOTFOUND' });
    expect(nextStep(failure)).toBe("Check your network and the server's address: keytray accounts show lab");
  });

  it.each<[OAuthFailureCause, RegExp]>([
    [{ kind: 'http_status', status: 404 }, /^Check your network and the server's address/],
    [{ kind: 'malformed', status: 200, what: 'no JSON metadata' }, /^Check your network and the server's address/],
    [{ kind: 'http_status', status: 503 }, /^Try again in a moment\.$/],
    [{ kind: 'timeout' }, /^Try again in a moment\.$/],
    [{ kind: 'network', code: 'SELF_SIGNED_CERT_IN_CHAIN' }, /tls\.ca/],
    [{ kind: 'network', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, /save the certificate as a PEM file and set tls\.ca/],
    [{ kind: 'network', code: 'CERT_NOT_YET_VALID' }, /^Check the clock of this machine\.$/],
    [{ kind: 'network', code: 'CERT_HAS_EXPIRED' }, /^Check the clock of this machine/],
    [{ kind: 'network', code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, /^Check your network and the server's address/],
    [{ kind: 'network', code: 'EAI_AGAIN' }, /^Connect to the network/],
    [{ kind: 'network', code: 'ECONNRESET' }, /^Try again in a moment\.$/],
    [{ kind: 'network', code: 'PROXY_REFUSED' }, /password of the proxy/],
    [{ kind: 'http_status', status: 407 }, /password of the proxy/],
    [{ kind: 'http_status', status: 302 }, /^If the network has a sign-in page/],
    [{ kind: 'rejected', what: 'issuer "a", configured "b"', check: 'issuer' }, /^Set the issuer of the account/],
    [{ kind: 'oauth_error', error: 'invalid_scope', description: undefined, status: 400 }, /^Check the scopes/],
    [{ kind: 'oauth_error', error: 'invalid_grant', description: undefined, status: 400 }, /keytray login lab$/],
  ])('after %j is its own', (cause, step) => {
    expect(nextStep(failing(cause))).toMatch(step);
  });

  it('after a refused client tells whether a secret is stored', () => {
    const cause = { kind: 'oauth_error', error: 'invalid_client', description: undefined, status: 401 } as const;
    expect(cureOf(cause, { secretStored: true })).toEqual({ fix: 'check_client_secret' });
    expect(cureOf(cause, { secretStored: false })).toEqual({ fix: 'check_client' });
  });

  it('is one line, ends in a command or a full stop, and names the account', () => {
    for (const code of Object.keys(failures) as (keyof typeof failures)[]) {
      for (const fix of [undefined, ...fixes]) {
        const step = nextStep(new KeytrayError(code, 'what', { account: 'lab', ...(fix && { fix }) }));
        expect(step).toMatch(/^[A-Z][^\n]*(?:\.|: keytray [^\n]+)$/);
        expect(step).not.toContain('ACCOUNT');
      }
    }
  });

  it('names no command and no flag where a button stands in its place', () => {
    for (const code of Object.keys(failures) as (keyof typeof failures)[]) {
      for (const fix of [undefined, ...fixes]) {
        const words = whatToDo(new KeytrayError(code, 'what', { account: 'lab', ...(fix && { fix }) }));
        expect(words).toMatch(/^[A-Z].*\.$/);
        expect(words).not.toMatch(/keytray [a-z]|(?<!gnome-keyring-daemon )--|ACCOUNT/);
      }
    }
    const advice = 'Set the issuer of the account.';
    expect(whatToDo(new KeytrayError('misconfigured', 'what', { advice }))).toBe(advice);
  });

  it('stands behind what happened where there is one line only', () => {
    const advice = 'Resume them in the Keytray menu.';
    expect(oneLineOf(new KeytrayError('temporarily_unavailable', 'hand-outs are paused', { advice }))).toBe(
      'hand-outs are paused; resume them in the Keytray menu',
    );
    expect(oneLineOf(new KeytrayError('login_required', 'Lab needs a sign-in', { account: 'lab' }))).toBe(
      'Lab needs a sign-in: keytray login lab',
    );
    expect(oneLineOf(new KeytrayError('internal_error', 'internal error'))).toBe('internal error');
  });
});

describe('what a server says to a person', () => {
  it.each([
    ['access_denied', 'the person said no', 'Lab refused the sign-in (the person said no)'],
    ['access_denied', 'the resource owner denied the OAuth request', 'Lab refused the sign-in'],
    ['invalid_request', 'redirect_uri did not match', 'Lab refused the request'],
    ['server_error', undefined, 'Lab has a problem of its own right now'],
    ['invalid_client', 'Unknown client', 'Lab does not accept this client: its ID or secret is wrong'],
  ])('%s (%s) is told without the words of the protocol', (error, description, words) => {
    expect(wordsOfOAuthError(error, description, 'Lab')).toBe(words);
  });
});
