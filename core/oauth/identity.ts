import { z } from 'zod';
import { withoutEmptyMembers } from '../untrusted/members.ts';
import { plainText } from '../untrusted/plain-text.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { OAuthFailure } from './oauth-failure.ts';
import type { EmailRules, Identity, RefusedTokens, TokenReply } from './token-reply.ts';
import { readUserinfo } from './userinfo.ts';

const name = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? plainText(value) || undefined : undefined));

/** OpenID Connect Core §2 and RFC 5321 §4.5.3.1 allow 255 and 320; what is longer names nobody. */
const longestCompared = 2_048;

/** What is compared is kept as it was written, and with it whatever it holds that is not seen. */
const compared = z.string().refine((value) => value.length <= longestCompared && plainText(value) !== '');

/** OpenID Connect Core §5.1: the claims we show or compare. */
const claimsSchema = z.object({
  sub: compared,
  preferred_username: name,
  email: compared.optional().catch(undefined),
  email_verified: z.unknown().optional(),
  name,
});

const readClaims = (claims: unknown) => claimsSchema.safeParse(withoutEmptyMembers(claims));

/** An address the server says is not verified could be anybody's: it is not even shown. */
const shownEmail = ({ email, email_verified }: z.infer<typeof claimsSchema>): string | undefined =>
  email_verified === false || email_verified === 'false' ? undefined : email;

const nameOf = (claims: z.infer<typeof claimsSchema>): string | undefined =>
  claims.preferred_username ?? (plainText(shownEmail(claims) ?? '') || claims.name);

/** Nothing but the value itself counts: "no", 0 and a claim that is missing vouch for nobody. */
const isVerified = (
  { email_verified }: z.infer<typeof claimsSchema>,
  { verifiedAsText }: EmailRules,
): true | undefined => (email_verified === true || (verifiedAsText && email_verified === 'true') ? true : undefined);

const plainRules: EmailRules = { verifiedAsText: false, needed: false };

/** Identity from the verified claims of an ID token. Throws `OAuthFailure` where they name nobody. */
export function identityOf(
  claims: { readonly iss: string; readonly sub: string },
  rules: EmailRules = plainRules,
): Identity {
  const read = readClaims(claims);
  if (!read.success) {
    const what = 'the ID token names nobody';
    throw new OAuthFailure('the server does not say who signed in', { kind: 'rejected', what });
  }
  const known = read.data;
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: shownEmail(known),
    emailVerified: isVerified(known, rules),
    name: nameOf(known),
  };
}

/**
 * Completes who signed in with userinfo (OpenID Connect Core §5.3) where the ID token says too little. A server that
 * cannot answer costs only the name; one that answers for another `sub` fails the sign-in.
 */
export async function completeIdentity(server: AuthorizationServer, reply: TokenReply): Promise<Identity | undefined> {
  const known = reply.identity;
  const asked = known === undefined ? server.unvouched() : server;
  if (server.issuer === undefined || asked.userinfoEndpoint === undefined) return known;
  const enough = known?.emailVerified === true || !server.emailRules.needed;
  if (known?.email !== undefined && known.name !== undefined && enough) return known;

  const claims = readClaims(await readUserinfo(asked, asked.userinfoEndpoint, reply));
  if (!claims.success) return known;
  if (known !== undefined && claims.data.sub !== known.subject) {
    const what = 'userinfo speaks of another subject than the ID token';
    throw new OAuthFailure('the server names two different people', { kind: 'rejected', what });
  }
  const emailVerified = isVerified(claims.data, server.emailRules);
  const better = known?.email === undefined || (known.emailVerified !== true && emailVerified === true);
  return {
    issuer: server.issuer,
    subject: claims.data.sub,
    ...(better
      ? { email: shownEmail(claims.data), emailVerified }
      : { email: known.email, emailVerified: known.emailVerified }),
    name: known?.name ?? nameOf(claims.data),
  };
}

/** The reply with who signed in. `refused` is given the tokens where userinfo contradicts the ID token. */
export async function withIdentity(
  server: AuthorizationServer,
  reply: TokenReply,
  refused?: (tokens: RefusedTokens) => Promise<void>,
): Promise<TokenReply> {
  try {
    return { ...reply, identity: await completeIdentity(server, reply) };
  } catch (error) {
    await refused?.({ ...reply, subject: reply.identity?.subject });
    throw error;
  }
}
