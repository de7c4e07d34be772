import type Provider from 'oidc-provider';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';

export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

const parameters = ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'scope', 'resource'];

export interface ExchangeLog {
  /** Parameters of every exchange, in order. */
  readonly asked: Readonly<Record<string, unknown>>[];
  /** Seconds the next tokens live. */
  lifetime: number;
  /** Exchanges are answered once it resolves. */
  held?: Promise<unknown>;
}

/** A token-exchange grant (RFC 8693) for the provider, which has none: its own access tokens for others of an audience. */
export function registerTokenExchange(provider: Provider, log: ExchangeLog): void {
  const exchange = async (context: KoaContextWithOIDC): Promise<void> => {
    const { client, params = {} } = context.oidc;
    log.asked.push(params);
    await log.held;
    const subject = await provider.AccessToken.find(String(params.subject_token));
    if (subject === undefined || subject.isExpired || client === undefined) {
      throw new errors.InvalidGrant('the subject token is not valid');
    }
    if (params.audience === 'nowhere') throw new errors.InvalidTarget('there is no such audience');
    const issued = new provider.AccessToken({
      client,
      accountId: subject.accountId,
      grantId: subject.grantId,
      gty: 'token_exchange',
      scope: subject.scope,
      expiresIn: log.lifetime,
    } as ConstructorParameters<typeof provider.AccessToken>[0]);
    context.body = {
      access_token: await issued.save(),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: log.lifetime,
    };
  };
  provider.registerGrantType(tokenExchangeGrant, exchange, parameters, ['audience', 'resource']);
}
