import { KeytrayError } from '../errors.ts';
import { renewWithRefreshToken } from './authorization-code.ts';
import { proveAwsIdentity } from './aws-identity.ts';
import { askWithClientSecret } from './client-credentials.ts';
import { runForToken } from './command.ts';
import { renewPastedCode } from './pasted-code.ts';
import type { Answer, RenewalParts, RenewalRequest } from './renewal.ts';
import { exchangeSubjectToken } from './token-exchange.ts';

/**
 * Asks for a token by what the account's grant renews with. Throws `Unreached` where nothing was asked, `OAuthFailure`
 * for what the server says, `RenewalFailed` for what else
 * went wrong, and `KeytrayError` where something else is missing.
 */
export async function renew(request: RenewalRequest, parts: RenewalParts): Promise<Answer> {
  const { grant } = request.account.settings;
  switch (grant.kind) {
    case 'authorization_code':
      return await renewWithRefreshToken(request, parts);
    case 'client_credentials':
      return await askWithClientSecret(request, parts);
    case 'aws_identity':
      return await proveAwsIdentity(request, grant, parts);
    case 'token_exchange':
      return await exchangeSubjectToken(request, grant, parts);
    case 'command':
      return await runForToken(request, grant, parts);
    case 'pasted_code':
      return await renewPastedCode(request, parts);
    case 'api_key':
      throw new KeytrayError('misconfigured', `nothing renews the credential of ${request.account.id}`, {
        account: request.account.id,
      });
  }
}
