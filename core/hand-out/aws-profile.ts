import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineOf } from '../config/paths.ts';
import type { AwsSession } from '../credentials/aws-identity-proof.ts';
import { awsSession } from '../credentials/aws-session.ts';
import { KeytrayError } from '../errors.ts';
import { shellWord } from '../platform/command-words.ts';
import type { Fetch } from '../ports.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { withoutTokens } from '../untrusted/server-text.ts';
import { awsRequests } from './aws-requests.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Node and the SDK say so of a network that is not there. */
const unreached = /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

/**
 * The session of a profile of the AWS CLI, as AWS's own SDK finds it: roles, IAM Identity Center, `credential_process`.
 * Throws `KeytrayError`.
 */
export async function sessionOfProfile(
  profile: string,
  { env, now, fetch }: { readonly env: Environment; readonly now: number; readonly fetch: Fetch },
): Promise<AwsSession> {
  const { home } = machineOf(env);
  const configFilepath = env.AWS_CONFIG_FILE ?? join(home, '.aws', 'config');
  const filepath = env.AWS_SHARED_CREDENTIALS_FILE ?? join(home, '.aws', 'credentials');
  const name = plainText(profile);
  if (await leadsBack(profile, [configFilepath, filepath])) {
    throw new KeytrayError('misconfigured', `the AWS profile ${name} leads back to Keytray`, {
      advice: 'Name the account and the role instead: aws_credentials: { account: ID, role: ARN }.',
    });
  }
  // Loaded when the first such account needs it: few brokers ever do.
  const { fromIni } = await import('@aws-sdk/credential-provider-ini');
  const client = { requestHandler: awsRequests(fetch) };
  const sdk = { clientConfig: client, parentClientConfig: client, ignoreCache: true };
  const found = await fromIni({ profile, configFilepath, filepath, ...sdk })().catch((error: unknown) => {
    throw profileFailure(name, error);
  });
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = found;
  const told = { accessKeyId, secretAccessKey, sessionToken, expiresAt: expiration?.getTime() };
  return awsSession(told, `the AWS profile ${name}`, now);
}

function profileFailure(name: string, error: unknown): KeytrayError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = error instanceof Error ? withoutTokens(plainText(error.message)) : '';
  const passing = unreached.test(code);
  return new KeytrayError(
    passing ? 'temporarily_unavailable' : 'access_denied',
    `the AWS profile ${name} gives no credentials`,
    {
      detail: said === '' ? undefined : said,
      advice: `See why: aws sts get-caller-identity --profile ${shellWord(name)}`,
    },
  );
}

/** Whether the profile, or one it takes its credentials from, runs a program of ours. */
async function leadsBack(profile: string, files: readonly string[]): Promise<boolean> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const seen = new Set<string>();
  for (let next: string | undefined = profile; next !== undefined && !seen.has(next); ) {
    seen.add(next);
    const keys = texts.flatMap((text) => keysOf(text, next ?? ''));
    const program = keys.find(([key]) => key === 'credential_process')?.[1] ?? '';
    if (/(?:^|[\s"'/])(?:keytray(?:-[\w-]+)?|[\w-]+-keytray)(?=$|[\s"'])/.test(program)) return true;
    next = keys.find(([key]) => key === 'source_profile')?.[1];
  }
  return false;
}

/** The keys of one profile: `[profile NAME]` in the config file, `[NAME]` in the other and for the default one. */
function keysOf(text: string, profile: string): readonly (readonly [string, string])[] {
  let within = false;
  return text.split('\n').flatMap((line): (readonly [string, string])[] => {
    const section = /^\s*\[\s*(?:profile\s+)?(.+?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) within = section.replace(/^(["'])(.*)\1$/, '$2') === profile;
    const [, key, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return within && key !== undefined && value !== undefined ? [[key, value]] : [];
  });
}
