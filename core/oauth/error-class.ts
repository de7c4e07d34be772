/** What an OAuth error is about, at whichever step it comes. */
export type ErrorClass =
  /** The server is in trouble or busy: the same request may work later. */
  | 'passing'
  /** The grant (code, refresh token, device code) is dead, or a person has to come: sign in again. */
  | 'sign_in'
  /** The registration of the client or the request: the configuration has to change. */
  | 'configuration'
  /** The person, or the server's policy for them, says no. */
  | 'refusal'
  | 'unknown';

const classes: Readonly<Record<Exclude<ErrorClass, 'unknown'>, readonly string[]>> = {
  // RFC 6749 §4.1.2.1, RFC 8628 §3.5.
  passing: ['server_error', 'temporarily_unavailable', 'slow_down'],
  // RFC 6749 §5.2, RFC 8628 §3.5, OpenID Connect Core §3.1.2.6; the last is Microsoft Entra's.
  sign_in: [
    'invalid_grant',
    'expired_token',
    'interaction_required',
    'login_required',
    'consent_required',
    'account_selection_required',
    'mfa_required',
  ],
  // RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2, OpenID Connect Core §3.1.2.6, RFC 9126 §2.3; the last is
  // borrowed from RFC 7591 §3.2.2.
  configuration: [
    'invalid_request',
    'invalid_client',
    'unauthorized_client',
    'unsupported_response_type',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_target',
    'invalid_request_uri',
    'invalid_request_object',
    'request_not_supported',
    'request_uri_not_supported',
    'registration_not_supported',
    'invalid_redirect_uri',
  ],
  // RFC 6749 §4.1.2.1, RFC 8628 §3.5; the second is Microsoft Entra's.
  refusal: ['access_denied', 'authorization_declined'],
};

const byError = new Map(
  Object.entries(classes).flatMap(([name, errors]) => errors.map((error) => [error, name as ErrorClass])),
);

/** Every error whose meaning is known. */
export const knownErrors: readonly string[] = [...byError.keys()];

/** Statuses that speak of the server or the way to it, whatever the body says. */
export const isPassingStatus = (status: number): boolean =>
  status === 407 || status === 408 || status === 429 || status >= 500 || (status >= 300 && status < 400);

/** `status`: that of the answer; undefined for an error in a redirect. Pure. */
export function classOfError(error: string, status?: number): ErrorClass {
  if (status !== undefined && isPassingStatus(status)) return 'passing';
  return byError.get(error) ?? 'unknown';
}
