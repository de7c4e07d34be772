import { basename } from 'node:path';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { awsSession, readProcessOutput, timeOf } from '../credentials/aws-session.ts';
import { KeytrayError } from '../errors.ts';
import type { Clock, Programs } from '../ports.ts';
import type { AwsProof, AwsSessions } from '../refresh/renewal.ts';
import { type AwsCredentials, traitsOf } from '../services/grant.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { sessionOfProfile } from './aws-profile.ts';
import type { RoleCredentialCache } from './role-credentials.ts';

export interface AwsSessionsDependencies {
  readonly accounts: Pick<AccountRegistry, 'get'>;
  readonly roles: RoleCredentialCache;
  readonly programs: Programs;
  readonly clock: Pick<Clock, 'now'>;
  /** As it was when the broker started. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const sessionName = 'keytray';

/** AWS sessions from where an account says. Those of the environment and of a command ask nobody at AWS. */
export function awsSessions({ accounts, roles, programs, clock, environment }: AwsSessionsDependencies): AwsSessions {
  return async (source, region, fetch): Promise<AwsProof> => {
    switch (source.kind) {
      case 'env':
        return { session: sessionOfEnvironment(environment, clock.now()), arn: undefined };
      case 'command':
        return { session: await sessionOfCommand(source.command, programs, clock.now()), arn: undefined };
      case 'profile':
        return {
          session: await sessionOfProfile(source.profile, { env: environment, now: clock.now(), fetch }),
          arn: undefined,
        };
      case 'account': {
        const { role } = source;
        const account = accounts.get(source.account);
        // Roles trust ID tokens; who is signed in without a person has none.
        const token = traitsOf(account.settings.grant.kind).signIn === 'browser' ? 'id' : 'access';
        const request = { role, sessionName, duration: undefined, region, token } as const;
        const session = await roles.credentials(account, request);
        return { session, arn: assumedRole(role), signedInAt: account.record?.signedInAt };
      }
    }
  };
}

/** Whose AWS credentials come from there, where that is known without asking AWS. */
export const knownArn = (source: AwsCredentials): string | undefined =>
  source.kind === 'account' ? assumedRole(source.role) : undefined;

/** Who a role is once it is assumed, as AWS tells others. */
const assumedRole = (role: string): string =>
  role.replace(/^(arn:[\w-]+):iam:(.*):role\/(?:.*\/)?([^/]+)$/, `$1:sts:$2:assumed-role/$3/${sessionName}`);

function sessionOfEnvironment(env: AwsSessionsDependencies['environment'], now: number) {
  const expiresAt = timeOf(env.AWS_CREDENTIAL_EXPIRATION);
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new KeytrayError('misconfigured', 'the AWS credentials Keytray was started with have ended', {
      advice: 'Start Keytray again with new ones.',
    });
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  const told = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, expiresAt };
  return awsSession({ ...told, sessionToken: AWS_SESSION_TOKEN }, 'the environment Keytray was started in', now);
}

async function sessionOfCommand(command: readonly string[], programs: Programs, now: number) {
  const name = plainText(basename(command[0] ?? ''));
  const printed = await programs.print(command);
  const advice = 'Run it in a terminal to see why.';
  if (printed.kind === 'late')
    throw new KeytrayError('temporarily_unavailable', `${name} did not end in time`, { advice });
  if (printed.kind === 'failed')
    throw new KeytrayError('access_denied', `${name} ended with ${printed.how}`, { advice });
  if (printed.kind !== 'printed') throw new KeytrayError('misconfigured', `${name} cannot be run`, { advice });
  const told = readProcessOutput(printed.text.reveal());
  if (told === undefined) throw new KeytrayError('misconfigured', `${name} printed no AWS credentials`, { advice });
  return awsSession(told, name, now);
}
