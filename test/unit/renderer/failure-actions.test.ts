import { describe, expect, it } from 'vitest';
import { failures, fixes } from '../../../core/errors.ts';
import { failureActions } from '../../../renderer/accounts/failure-actions.ts';

describe('the buttons under a failed sign-in', () => {
  it.each([
    ['misconfigured', 'set_client_secret', ['store_secret', 'sign_in']],
    ['misconfigured', 'check_client', ['store_secret', 'sign_in']],
    ['misconfigured', 'check_client_secret', ['store_secret', 'remove_secret', 'sign_in']],
    ['misconfigured', 'paste_address', ['sign_in_elsewhere']],
    ['misconfigured', 'check_scopes', ['sign_in']],
    ['keychain_locked', 'unlock_encrypted_file', ['open_settings', 'sign_in']],
    ['keychain_absent', undefined, ['open_settings', 'sign_in']],
    ['identity_mismatch', undefined, ['sign_in', 'sign_in_as_this_person']],
    ['access_denied', undefined, ['sign_in', 'sign_in_as_other']],
    ['temporarily_unavailable', undefined, ['sign_in']],
    // Of a newer broker.
    ['misconfigured', 'something_new', ['sign_in']],
  ])('after %s with %s do what helps', (error, fix, actions) => {
    expect(failureActions({ error, fix })).toEqual(actions);
  });

  it('always let the person try again', () => {
    for (const error of Object.keys(failures)) {
      for (const fix of [undefined, ...fixes]) {
        const again = failureActions({ error, fix }).filter((action) => action.startsWith('sign_in'));
        expect(again).not.toEqual([]);
      }
    }
  });
});
