import { googleHelper } from '../../core/helpers/google/google.ts';
import { call, type FuzzedProtocol } from './helper-protocol.ts';

function env(audience: string, tokenType: string): Readonly<Record<string, string>> {
  return {
    GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE: audience,
    GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE: `urn:ietf:params:oauth:token-type:${tokenType}`,
  };
}

/** Recorded from google-auth-library 11. An audience stands where others have a host. */
export const googleProtocol: FuzzedProtocol = {
  helper: googleHelper,
  transcripts: (host) => [
    call('get', '', { env: env(host, 'id_token') }),
    call('get', '', { env: env(host, 'jwt'), argv: ['get', '--account=lab'] }),
  ],
  destination: (input) => `https://${input.env.GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE}/`,
  words: ['id_token', 'urn:ietf:params:oauth:token-type:jwt', 'saml2', '//iam.googleapis.com/', '--account'],
};
