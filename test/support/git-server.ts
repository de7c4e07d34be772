import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createRepository,
  type GitServer,
  type OfferedSchemes,
  type PresentedCredential,
  startGitServer,
} from '../../demo/git-server.ts';

export interface TestGitServer extends GitServer {
  readonly root: string;
  /** Adds a repository and resolves to its URL. */
  addRepository(name: string, files: Readonly<Record<string, string>>): Promise<string>;
}

/** A git server over repositories in a folder of its own, which goes when it is closed. */
export async function startTestGitServer(
  schemes: OfferedSchemes,
  authorize: (credential: PresentedCredential) => Promise<boolean>,
): Promise<TestGitServer> {
  const root = await mkdtemp(path.join(tmpdir(), 'keytray-git-server-'));
  const server = await startGitServer({ root, schemes, authorize });
  return {
    ...server,
    root,
    async addRepository(name, files) {
      await createRepository(root, name, files);
      return `${server.url}/${name}`;
    },
    async close() {
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The token in what was presented, whichever scheme carried it. */
export function tokenIn(credential: PresentedCredential): string | undefined {
  switch (credential.kind) {
    case 'none':
      return undefined;
    case 'basic':
      return credential.password;
    case 'bearer':
      return credential.token;
  }
}
