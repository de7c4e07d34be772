import type { RoleCredentials } from '../../credentials/aws-role.ts';
import type { DatabaseLogin } from '../../hand-out/database-logins.ts';
import { isoTime } from '../../untrusted/instant.ts';
import type { CredentialView, PostgresCredential } from '../../wire/credential-schemas.ts';

/** Derived credentials as the wire shows them: here, by request, the secrets leave the broker. */

export function awsView({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: RoleCredentials): CredentialView {
  return {
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey.reveal(),
    session_token: sessionToken.reveal(),
    expires_at: isoTime(expiresAt),
  };
}

export function postgresView(login: DatabaseLogin, authorities: string | undefined): PostgresCredential {
  const { username, password, host, port, database, sslmode, expiresAt } = login;
  return {
    username,
    password: password.reveal(),
    host,
    port,
    dbname: database,
    sslmode,
    ...(authorities === undefined ? {} : { sslrootcert: authorities }),
    expires_at: expiresAt === undefined ? null : isoTime(expiresAt),
  };
}
