import { Secret } from '../../../../core/secret.ts';
import { type PostgresServer, startPostgres } from '../../postgres-server.ts';
import { type Authority, type CertificateKind, makeAuthority } from '../authority.ts';
import { type PostgresFront, startPostgresFront } from './postgres-front.ts';
import { startWorkspace, type Workspace } from './workspace.ts';

export interface Lakebase {
  readonly authority: Authority;
  readonly workspace: Workspace;
  /** What clients connect to, at `localhost`. */
  readonly front: PostgresFront;
  /** The real server behind it. */
  readonly server: PostgresServer;
  /** Roles with a password of PostgreSQL itself; they count where the instance has native login. */
  readonly nativePasswords: Map<string, string>;
  close(): Promise<void>;
}

export interface LakebaseOptions {
  /** The workspace speaks https with the same authority. */
  readonly tls?: boolean;
  readonly certificate?: CertificateKind;
}

/** A workspace and a database: a real PostgreSQL behind a front that takes the workspace's tokens as passwords. */
export async function startLakebase({ tls = false, certificate = 'good' }: LakebaseOptions = {}): Promise<Lakebase> {
  const authority = await makeAuthority();
  const workspace = await startWorkspace(tls ? await authority.issue('good') : undefined);
  const server = await startPostgres();
  const { person, servicePrincipal } = workspace.people;
  for (const role of [person.userName, servicePrincipal.clientId]) await server.sql(`CREATE ROLE "${role}" LOGIN`);
  await server.sql(`CREATE DATABASE databricks_postgres OWNER "${person.userName}"`);
  const nativePasswords = new Map<string, string>();

  const check = async (user: string, password: string) => {
    const native = workspace.lakebase.instances.some(({ nativeLogin }) => nativeLogin)
      ? nativePasswords.get(user)
      : undefined;
    if (native !== undefined && new Secret(native).equals(new Secret(password))) return;
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(password)) {
      throw new Error(
        `Failed to decode token for role "${user}" and native postgres login was either not attempted due to ` +
          'configuration or failed.',
      );
    }
    const claims = await workspace.mint.check(password, 'lakebase', workspace.now()).catch(() => undefined);
    if (claims?.sub !== user) throw new Error(`password authentication failed for user "${user}"`);
  };
  const front = await startPostgresFront(server.socket, await authority.issue(certificate), check);
  return {
    authority,
    workspace,
    front,
    server,
    nativePasswords,
    async close() {
      await front.close();
      await Promise.all([workspace.close(), server.close(), authority.close()]);
    },
  };
}
