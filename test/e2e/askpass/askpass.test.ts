import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitSandbox, type GitProgram, machineGit } from '../../support/git-sandbox.ts';
import { startTestGitServer, type TestGitServer, tokenIn } from '../../support/git-server.ts';
import { program } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { type SignedIn, startSignedIn } from '../../support/signed-in.ts';
import { trixieGit } from '../../support/trixie.ts';

describe('askpass-keytray', () => {
  let server: TestGitServer;
  let lab: SignedIn;
  let repository: string;

  beforeAll(async () => {
    server = await startTestGitServer('basic', async (credential) => {
      const token = tokenIn(credential);
      return token !== undefined && (await lab.server.introspect(token)).active;
    });
    repository = await server.addRepository('api.git', { 'README.md': 'hello\n' });
    lab = await startSignedIn([], { git: [server.host] });
  });

  afterAll(async () => {
    await lab?.close();
    await server?.close();
  });

  async function withGit(git: GitProgram, url: string) {
    const sandbox = await createGitSandbox({
      program: git,
      env: { KEYTRAY_SOCKET: lab.keytray.socket, GIT_ASKPASS: program('askpass-keytray') },
    });
    try {
      return await sandbox.run(['ls-remote', url]);
    } finally {
      await sandbox.close();
    }
  }

  async function answersGit(git: GitProgram) {
    for (const url of [repository, repository.replace('//', '//me%40corp.example@')]) {
      const { status, stdout, stderr } = await withGit(git, url);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('refs/heads/main');
    }
  }

  async function leavesOthers(git: GitProgram) {
    const { status, stderr } = await withGit(git, repository.replace('127.0.0.1', 'localhost'));
    expect(status).toBe(128);
    expect(stderr).toContain('unable to read askpass response');
    expect(stderr).not.toContain('keytray:');
  }

  it("answers this machine's git", () => answersGit(machineGit));
  it('is silent about other hosts', () => leavesOthers(machineGit));
  needsRoot('answers a newer git', () => answersGit(trixieGit()));
  needsRoot('is silent about other hosts to a newer git', () => leavesOthers(trixieGit()));

  it('lets ssh-add go on without it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ssh-'));
    const key = path.join(folder, 'key');
    const askpass = { SSH_ASKPASS: program('askpass-keytray'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' };
    try {
      for (const [passphrase, status] of [
        ['', 0],
        ['open sesame', 1],
      ] as const) {
        await rm(key, { force: true });
        await lab.run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', key]);
        const added = await lab.run('ssh-agent', ['ssh-add', key], { env: askpass });
        expect({ status: added.status, stdout: added.stdout }).toEqual({ status, stdout: '' });
        expect(added.stderr).not.toContain('keytray:');
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('answers no ssh, whatever its server asks', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ssh-'));
    const prompt = `Password for 'http://${server.host}': `;
    // As ssh before 8.4 does it: the server's words, and nothing before them.
    const asks = 'my $answer = qx{$ENV{SSH_ASKPASS} "$ARGV[0]"}; print "answer=$answer status=", $? >> 8, "\n"';
    try {
      for (const [name, expected] of [
        ['ssh', 'answer= status=1\n'],
        ['git-remote-http', /^answer=\S+\n status=0\n$/],
      ] as const) {
        const tool = path.join(folder, name);
        await copyFile('/usr/bin/perl', tool);
        const { stdout, stderr } = await lab.run(tool, ['-e', asks, '--', prompt], {
          env: { SSH_ASKPASS: program('askpass-keytray') },
        });
        expect({ name, stderr, stdout }).toEqual({
          name,
          stderr: '',
          stdout: typeof expected === 'string' ? expected : expect.stringMatching(expected),
        });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
