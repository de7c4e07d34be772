import type { RoleCredentials } from '../../credentials/aws-role.ts';
import { isoTime } from '../../untrusted/instant.ts';
import { tokenText } from '../token-text.ts';

/** What `credential_process` prints, version 1. Undefined for values that no AWS gives. `role`: where one was assumed. */
export function formatRoleCredentials(credentials: RoleCredentials, role: string | undefined): string | undefined {
  const keys = keysOf(credentials);
  if (keys === undefined) return undefined;
  const { token, ...others } = keys;
  const AccountId = role === undefined ? undefined : accountOf(role);
  return `${JSON.stringify({ Version: 1, ...others, SessionToken: token, AccountId })}\n`;
}

/** What a container asks for over HTTP. */
export function formatContainerCredentials(credentials: RoleCredentials, role: string): string | undefined {
  const keys = keysOf(credentials);
  if (keys === undefined) return undefined;
  const { token, ...others } = keys;
  return JSON.stringify({ ...others, Token: token, AccountId: accountOf(role), RoleArn: role });
}

function keysOf(credentials: RoleCredentials) {
  const { accessKeyId, expiresAt } = credentials;
  const secretAccessKey = tokenText(credentials.secretAccessKey);
  const token = tokenText(credentials.sessionToken);
  if (secretAccessKey === undefined || token === undefined) return undefined;
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    token,
    Expiration: isoTime(expiresAt).replace(/\.\d+Z$/, 'Z'),
  };
}

/** `arn:PARTITION:iam::ACCOUNT:role/NAME` */
function accountOf(role: string): string | undefined {
  return role.split(':')[4];
}
