import type { RoleCredentials } from '../credentials/aws-role.ts';
import { tokenText } from './token-text.ts';

/** What `credential_process` prints, version 1. Undefined for values that no AWS gives. */
export function formatRoleCredentials(credentials: RoleCredentials, role: string): string | undefined {
  const { accessKeyId, expiresAt } = credentials;
  const secretAccessKey = tokenText(credentials.secretAccessKey);
  const sessionToken = tokenText(credentials.sessionToken);
  if (secretAccessKey === undefined || sessionToken === undefined) return undefined;
  const answer = {
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    AccountId: accountOf(role),
  };
  return `${JSON.stringify(answer)}\n`;
}

/** `arn:PARTITION:iam::ACCOUNT:role/NAME` */
function accountOf(role: string): string | undefined {
  return role.split(':')[4];
}
