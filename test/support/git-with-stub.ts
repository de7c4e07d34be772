import { gitHelper } from '../../core/helpers/git/git.ts';
import { startBrokerSocket } from './broker-socket.ts';
import { FakeBroker } from './fake-broker.ts';
import { type FakeAccount, FakeHelperBroker } from './fake-helper-broker.ts';
import { createGitSandbox, type GitProgram, type GitSandbox } from './git-sandbox.ts';
import { program as built } from './keytray.ts';

export interface HelperCallSeen {
  readonly operation: string;
  /** The tokens are the test's own. */
  readonly rejected: readonly { readonly account: string; readonly value: string }[];
}

export interface GitWithStub extends GitSandbox {
  /** What the broker holds from now on. */
  hold(accounts: readonly FakeAccount[]): void;
  readonly calls: readonly HelperCallSeen[];
}

/** A git sandbox whose only credential helper is the built client, at a socket with our git helper over a fake broker. */
export async function createGitWithStub(program: GitProgram, accounts: readonly FakeAccount[]): Promise<GitWithStub> {
  const broker = new FakeBroker();
  const calls: HelperCallSeen[] = [];
  let held = accounts;
  broker.helpers.set('git', async (call) => {
    const asked = new FakeHelperBroker(held);
    calls.push({ operation: call.operation, rejected: asked.rejected });
    return await gitHelper.serve(call, asked);
  });
  const socket = await startBrokerSocket(broker);
  const sandbox = await createGitSandbox({ program, env: { KEYTRAY_SOCKET: socket.socketPath } });
  await sandbox.git('config', '--global', 'credential.helper', built('git-credential-keytray'));
  return {
    ...sandbox,
    hold(accounts) {
      held = accounts;
    },
    calls,
    async close() {
      await sandbox.close();
      await socket[Symbol.asyncDispose]();
    },
  };
}
