import { describe, expect, it } from 'vitest';
import type { Account } from '../../../core/accounts/account.ts';
import { KeytrayError } from '../../../core/errors.ts';
import { refuse } from '../../../core/sign-in/sign-in-ending.ts';

const account = { id: 'lab', settings: { title: 'Lab' }, clientSecret: { stored: false } } as Account;

function codeOf(error: string): string | undefined {
  try {
    refuse({ error, description: 'as the server says' }, account);
  } catch (thrown) {
    if (!(thrown instanceof KeytrayError)) return undefined;
    expect(thrown.message).toMatch(/^Lab \w+/);
    expect(thrown.message).not.toContain('_');
    return thrown.detail === `${error} (as the server says)` ? thrown.code : undefined;
  }
}

describe('an error in the redirect (RFC 6749 §4.1.2.1)', () => {
  it.each([
    ['access_denied', 'access_denied'],
    ['unheard_of', 'access_denied'],
    ['invalid_request', 'misconfigured'],
    ['invalid_scope', 'misconfigured'],
    ['invalid_target', 'misconfigured'],
    ['unauthorized_client', 'misconfigured'],
    ['unsupported_response_type', 'misconfigured'],
    ['request_uri_not_supported', 'misconfigured'],
    ['server_error', 'temporarily_unavailable'],
    ['temporarily_unavailable', 'temporarily_unavailable'],
    ['login_required', 'login_required'],
    ['interaction_required', 'login_required'],
    ['account_selection_required', 'login_required'],
  ])('%s is told as %s', (error, code) => {
    expect(codeOf(error)).toBe(code);
  });
});
