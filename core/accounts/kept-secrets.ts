import type { Secret } from '../secret.ts';
import { traitsOf } from '../services/grant.ts';
import type { AccountSettings } from '../services/service.ts';
import { secretOrigins } from './origins.ts';
import { type KeptSecrets, noSecrets } from './stored-account.ts';

/** What becomes of the secrets a person gave: for which servers they are, and until when. Pure. */

/** With one more, which is for the servers named now: what was given for others does not go to them. */
export function withGiven(
  { values, origins }: KeptSecrets,
  name: string,
  secret: Secret,
  settings: AccountSettings,
): KeptSecrets {
  const named = secretOrigins(settings);
  const elsewhere = origins !== undefined && named.some((origin) => !origins.includes(origin));
  return { values: { ...(elsewhere ? {} : values), [name]: secret }, origins: named };
}

/** A secret goes to the origins it was given for: whoever changes the configuration must not get to see it. */
export function givenElsewhere({ origins }: KeptSecrets, settings: AccountSettings): string | undefined {
  const other = origins && secretOrigins(settings).find((origin) => !origins.includes(origin));
  if (other === undefined) return undefined;
  const [given = 'another server'] = origins ?? [];
  return `what was entered for ${settings.title} was for ${given}, and the configuration now names ${other}`;
}

/** The secret of a client is for the next sign-in too, unless it is all there is of one. */
export function afterSignOut(secrets: KeptSecrets | undefined, { grant }: AccountSettings): KeptSecrets | undefined {
  if (traitsOf(grant.kind).signIn === 'fields') return noSecrets;
  const { client_secret } = secrets?.values ?? {};
  return secrets && { ...secrets, values: client_secret === undefined ? {} : { client_secret } };
}
