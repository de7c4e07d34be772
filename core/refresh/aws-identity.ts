import { basename } from 'node:path';
import type { Account } from '../accounts/account.ts';
import { receiptNow } from '../accounts/token-records.ts';
import { signIdentityProof } from '../credentials/aws-identity-proof.ts';
import { exchangeProof } from '../credentials/delegated-token.ts';
import { KeytrayError } from '../errors.ts';
import { timedFetch } from '../http/timed-fetch.ts';
import { plainReply } from '../oauth/token-reply.ts';
import { version } from '../platform/version.ts';
import type { AwsCredentials, Grant } from '../services/grant.ts';
import type { AccountSettings } from '../services/service.ts';
import { plainText } from '../untrusted/plain-text.ts';
import type { Answer, RenewalParts, RenewalRequest } from './renewal.ts';
import { failureOf } from './renewal-failed.ts';

/** Proves to the service who we are at AWS, with a signed request that is itself never sent there. */
export async function proveAwsIdentity(
  { account, target }: RenewalRequest,
  { awsCredentials }: Extract<Grant, { kind: 'aws_identity' }>,
  parts: RenewalParts,
): Promise<Answer> {
  if (target !== undefined) {
    const words = `${account.settings.title} gives one token, and none for another audience or scope`;
    throw new KeytrayError('invalid_request', words, { account: account.id });
  }
  try {
    return await exchange(account, awsCredentials, parts);
  } catch (error) {
    throw error instanceof KeytrayError ? failureOf(account, error) : error;
  }
}

async function exchange(account: Account, source: AwsCredentials, parts: RenewalParts): Promise<Answer> {
  const { settings } = account;
  const { barriers, clock, http } = parts;
  const { region } = settings.settings;
  const orgUuid = orgOf(settings);
  const endpoint = endpointOf(settings);
  // A certificate that nobody checks is for one service in development, never for AWS.
  const atAws = http.fetchFor({ ca: settings.tls.ca, verify: true });
  const { session, arn, signedInAt } = await parts.aws(source, region, atAws);
  const receipt = receiptNow(clock);
  const userAgent = `keytray/${version}`;
  barriers.reached('refresh_requested');
  const { token, lifetime } = await exchangeProof({
    fetch: timedFetch(http.fetchFor(settings.tls), clock),
    endpoint,
    now: () => clock.now(),
    sign: (at) => signIdentityProof({ session, orgUuid, region, at, userAgent }),
    secrets: [session.secretAccessKey, session.sessionToken],
    identity: { arn, accessKeyId: session.accessKeyId, learn: learnArn(source), renew: renewing(source) },
  });
  barriers.reached('reply_received');
  return {
    reply: plainReply(token, lifetime),
    receipt,
    endpoints: { token: endpoint.href },
    learned: undefined,
    ...(signedInAt !== undefined && { source: signedInAt }),
  };
}

function orgOf({ id, settings, title }: AccountSettings): string {
  const { org_uuid } = settings;
  if (org_uuid !== undefined && /^[\w-]{1,64}$/.test(org_uuid)) return org_uuid;
  throw new KeytrayError('misconfigured', `${id} does not say which organization of ${title} it is for`, {
    advice: 'Write settings: { org_uuid: … }, the UUID of the organization.',
  });
}

function endpointOf({ id, url }: AccountSettings): URL {
  if (url === undefined)
    throw new KeytrayError('misconfigured', `${id} has no url to send proofs to`, {
      advice: 'Write url: or settings.site of the account.',
    });
  return new URL(`${url.replace(/\/+$/, '')}/api/v2/delegated-token`);
}

/** What prints the ARN, where Keytray does not know it: it asks nobody at AWS for it. */
function learnArn(source: AwsCredentials): string {
  switch (source.kind) {
    case 'env':
      return 'aws sts get-caller-identity prints the ARN, with the variables Keytray was started with';
    case 'command':
      return `aws sts get-caller-identity prints the ARN, with the credentials that ${nameOf(source.command)} prints`;
    case 'profile':
      return `To see the ARN: aws sts get-caller-identity --profile ${source.profile}`;
    case 'account':
      return `The ARN is that of a session of ${source.role}`;
  }
}

/** Credentials that were read at the start are not read again. */
const renewing = ({ kind }: AwsCredentials): string =>
  kind === 'env' ? 'If it has, start Keytray again with new credentials' : 'If it has, renew it';

const nameOf = ([program = '']: readonly string[]): string => plainText(basename(program));
