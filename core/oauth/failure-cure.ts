import type { FailureDetails } from '../errors.ts';
import { classOfError } from './error-class.ts';
import { isCertificate, isWrongAddress, noNetwork } from './failure-words.ts';
import type { Check, OAuthFailureCause } from './oauth-failure.ts';

/** What is known of the account that the server's answer does not tell. */
export interface FailureContext {
  readonly secretStored: boolean;
}

export type Cure = Pick<FailureDetails, 'fix' | 'advice'>;

/** What cures a failure of the authorization server; empty where its code says all there is. Pure. */
export function cureOf(failure: OAuthFailureCause, context: FailureContext): Cure {
  switch (failure.kind) {
    case 'oauth_error':
      return cureOfError(failure.error, failure.status, context);
    case 'rejected':
      return cureOfRejection(failure.check);
    case 'network':
      return isWrongAddress(failure) ? { fix: 'check_address' } : cureOfNetwork(failure.code);
    case 'http_status':
      return isWrongAddress(failure) ? { fix: 'check_address' } : cureOfStatus(failure.status);
    case 'malformed':
      return isWrongAddress(failure) ? { fix: 'check_address' } : {};
    case 'timeout':
      return {};
  }
}

const checkProxy: Cure = { advice: 'Check the address and the password of the proxy.' };

function cureOfNetwork(code: string): Cure {
  if (code === 'CERT_HAS_EXPIRED') {
    return { advice: 'Check the clock of this machine; if it is right, only whoever runs the server can help.' };
  }
  if (code === 'CERT_NOT_YET_VALID') return { advice: 'Check the clock of this machine.' };
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    return { advice: 'If it should, save the certificate as a PEM file and set tls.ca of the account to that file.' };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return { fix: 'check_address' };
  if (isCertificate(code)) return { fix: 'check_certificate' };
  if (code.startsWith('PROXY_')) return checkProxy;
  return noNetwork.has(code) ? { advice: 'Connect to the network, then try again.' } : {};
}

function cureOfStatus(status: number): Cure {
  if (status === 407) return checkProxy;
  if (status < 300 || status >= 400) return {};
  return { advice: 'If the network has a sign-in page, open it in a browser; then try again.' };
}

/** The same for an error in a redirect, which has no status. */
export function cureOfError(error: string, status: number | undefined, { secretStored }: FailureContext): Cure {
  if (error === 'invalid_client') return { fix: secretStored ? 'check_client_secret' : 'check_client' };
  if (error === 'invalid_scope') return { fix: 'check_scopes' };
  return classOfError(error, status) === 'sign_in' ? { fix: 'sign_in' } : {};
}

function cureOfRejection(check: Check | undefined): Cure {
  switch (check) {
    case 'issuer':
      return { advice: 'Set the issuer of the account to exactly what the server calls itself.' };
    case 'moved':
      return { advice: 'If that is your server, set the issuer of the account to its new address.' };
    case 'plain_http':
      return { advice: 'Whoever runs the server has to tell it that it is reached over https.' };
    case 'registration':
      return { fix: 'sign_in' };
    case undefined:
      return { advice: 'Report it to whoever runs the server; nothing was stored.' };
  }
}
