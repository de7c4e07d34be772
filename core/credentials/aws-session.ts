import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { isTokenText } from '../untrusted/token-text.ts';
import type { AwsSession } from './aws-identity-proof.ts';

/** What may be told of AWS credentials, wherever they come from: long-lived keys have no session token. */
interface Told {
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly sessionToken: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
}

/** `from`: where they were looked for, at the beginning of a sentence. Throws `misconfigured`. */
export function awsSession(told: Told, from: string, now: number): AwsSession {
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = told;
  const given = (text: string | undefined): text is string => text !== undefined && isTokenText(text);
  if (!given(accessKeyId) || !given(secretAccessKey)) {
    throw new KeytrayError('misconfigured', `${from} has no AWS credentials`, {
      advice: 'Give it an access key ID, a secret access key and a session token.',
    });
  }
  if (!given(sessionToken)) {
    throw new KeytrayError('misconfigured', `${from} has no AWS session token`, {
      advice: 'Long-lived access keys prove nothing here: use the credentials of a role or of IAM Identity Center.',
    });
  }
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new KeytrayError('misconfigured', `${from} has AWS credentials that have ended`, { advice: 'Renew them.' });
  }
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
  };
}

const processOutput = z.object({
  Version: z.literal(1),
  AccessKeyId: z.string().optional(),
  SecretAccessKey: z.string().optional(),
  SessionToken: z.string().optional(),
  Expiration: z.string().optional(),
});

/** What a `credential_process` prints (AWS CLI User Guide). Undefined where it is something else. Pure. */
export function readProcessOutput(text: string): Told | undefined {
  const read = processOutput.safeParse(parsed(text));
  if (!read.success) return undefined;
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = read.data;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiresAt: timeOf(Expiration),
  };
}

export const timeOf = (text: string | undefined): number | undefined => {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : at;
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
