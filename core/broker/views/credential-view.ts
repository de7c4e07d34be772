import type { RoleCredentials } from '../../credentials/aws-role.ts';
import type { TestedDatabase } from '../../hand-out/database-check.ts';
import type { DatabaseLogin } from '../../hand-out/database-logins.ts';
import { isoTime } from '../../untrusted/instant.ts';
import type { TestedDatabaseView } from '../../wire/check-schemas.ts';
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

/** `target`: its name under `lakebase:`. A password without an end is one of PostgreSQL itself. */
export function testedDatabaseView(target: string, login: DatabaseLogin, tested: TestedDatabase): TestedDatabaseView {
  const { user, database, milliseconds, passwordLength, nativeLogin } = tested;
  return {
    target,
    host: login.host,
    user,
    dbname: database,
    duration_ms: milliseconds,
    password: login.expiresAt === undefined ? 'native' : 'generated',
    password_length: passwordLength,
    ...(nativeLogin === undefined ? {} : { native_login: nativeLogin }),
    sslmode: login.sslmode,
  };
}
