import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RunningAuthorizationServer, startAuthorizationServer } from './authorization-server.ts';
import { createKeytray, type Keytray } from './keytray.ts';
import { labConfig, signIn } from './sign-in.ts';

/** A broker that is signed in to `lab` and serves tools, and a folder and an environment for the tool. */
export interface ToolScene {
  readonly server: RunningAuthorizationServer;
  readonly keytray: Keytray;
  /** Empty, and the tool's home. */
  readonly folder: string;
  /** Nothing of this machine's but PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** Whether a header is `Bearer` and a token of `lab` that the server knows. */
  accepts(authorization: string | undefined): Promise<boolean>;
  close(): Promise<void>;
}

/** `serves`: lines of the account's configuration, for example `docker: [127.0.0.1:5000]`. */
export async function startToolScene(...serves: readonly string[]): Promise<ToolScene> {
  const server = await startAuthorizationServer();
  const keytray = await createKeytray();
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-tool-'));
  await keytray.configure(labConfig({ issuer: server.issuer, more: serves.map((line) => `    ${line}\n`).join('') }));
  await keytray.startAgent();
  const { state } = await signIn(keytray, 'lab');
  if (state !== 'succeeded') throw new Error(`the sign-in ended as ${state}`);
  return {
    server,
    keytray,
    folder,
    env: { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C.UTF-8', KEYTRAY_SOCKET: keytray.socket },
    async accepts(authorization) {
      const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
      return token !== undefined && (await server.introspect(token)).active;
    },
    async close() {
      await keytray.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
