import type { LoginView } from '../../ipc/views.ts';

/** What a button under a failed sign-in does. */
export type FailureAction =
  | 'sign_in'
  | 'sign_in_as_this_person'
  | 'sign_in_as_other'
  | 'store_secret'
  | 'remove_secret'
  | 'sign_in_elsewhere'
  | 'open_settings';

/** What cures a failed sign-in here, the likeliest first. Pure. */
export function failureActions({ error, fix }: Pick<LoginView, 'error' | 'fix'>): readonly FailureAction[] {
  switch (fix) {
    case 'set_client_secret':
    case 'check_client':
      return ['store_secret', 'sign_in'];
    case 'check_client_secret':
      return ['store_secret', 'remove_secret', 'sign_in'];
    case 'paste_address':
      return ['sign_in_elsewhere'];
    case 'create_encrypted_file':
    case 'unlock_encrypted_file':
      return ['open_settings', 'sign_in'];
    case undefined:
      return actionsOfError(error);
    default:
      return ['sign_in'];
  }
}

function actionsOfError(error: string | undefined): readonly FailureAction[] {
  switch (error) {
    case 'identity_mismatch':
      return ['sign_in', 'sign_in_as_this_person'];
    case 'access_denied':
      return ['sign_in', 'sign_in_as_other'];
    case 'keychain_absent':
      return ['open_settings', 'sign_in'];
    default:
      return ['sign_in'];
  }
}
