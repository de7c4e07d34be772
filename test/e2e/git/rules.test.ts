import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitSandbox, type GitProgram, type GitSandbox, machineGit } from '../../support/git-sandbox.ts';
import { program } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { type SignedIn, startSignedIn } from '../../support/signed-in.ts';
import { trixieGit } from '../../support/trixie.ts';

const hosts = ['git.lab.example', 'git.lab.example:8443', '[::1]:8443', 'paths.lab.example/acme/*', '127.0.0.1:8080'];
const helper = program('git-credential-keytray');
/** Longest line of a request that is read, its newline included. */
const longestLine = 65_535;

let lab: SignedIn;

beforeAll(async () => {
  lab = await startSignedIn([], { git: hosts });
});

afterAll(() => lab?.close());

async function withGit<T>(
  git: GitProgram,
  use: (sandbox: GitSandbox) => Promise<T>,
  keytray = lab.keytray,
): Promise<T> {
  const sandbox = await createGitSandbox({ program: git, env: { KEYTRAY_SOCKET: keytray.socket } });
  try {
    await sandbox.git('config', '--global', 'credential.helper', helper);
    return await use(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** What `git credential fill` ends with; `password` is undefined where nobody had one. */
async function fill({ run }: GitSandbox, input: string, options: readonly string[] = []) {
  const { status, stdout, stderr } = await run([...options, 'credential', 'fill'], { input });
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(stdout)?.[1];
  return { status, stderr, username: value('username'), password: value('password') };
}

const ours: readonly (readonly [what: string, request: string, user?: string])[] = [
  ['a host', 'protocol=https\nhost=git.lab.example\n'],
  ['a URL', 'url=https://git.lab.example/acme/api.git\n'],
  ['a host in capitals', 'url=https://GIT.Lab.example/\n'],
  ['the usual port, written out', 'url=https://git.lab.example:443/\n'],
  ['another port that is listed', 'url=https://git.lab.example:8443/acme/api.git\n'],
  ['a percent-encoded host', 'url=https://git%2elab.example/\n'],
  ['an IPv6 address', 'url=https://[::1]:8443/acme/api.git\n'],
  ['an IPv6 address in another form', 'url=https://[0:0:0:0:0:0:0:1]:8443/\n'],
  ['a loopback address over http', 'url=http://127.0.0.1:8080/\n'],
  ['a user name', 'url=https://ada@git.lab.example/\n'],
  ['a percent-encoded user name', 'url=https://ada%40corp.example%2f%3a@git.lab.example/\n'],
  ['a host that is listed with a path, no path said', 'url=https://paths.lab.example/other/api.git\n'],
];

const notOurs: readonly (readonly [what: string, request: string])[] = [
  ['another host', 'url=https://git.lab.example.evil.example/\n'],
  ['a port that is not listed', 'url=https://git.lab.example:8444/\n'],
  ['the usual port of an address listed with another', 'url=https://[::1]/\n'],
  ['another IPv6 address', 'url=https://[::2]:8443/\n'],
  ['an encoded slash in the host', 'url=https://git.lab.example%2f.evil.example/\n'],
  ['an encoded @ in the host', 'url=https://evil.example%40git.lab.example/\n'],
  ['an encoded percent sign in the host', 'url=https://git%252elab.example/\n'],
  ['our host as user name', 'url=https://git.lab.example@evil.example/\n'],
  ['another protocol', 'protocol=smtp\nhost=git.lab.example\n'],
  ['no host', 'protocol=https\nhost=\n'],
];

async function answersOurs(git: GitProgram): Promise<void> {
  await withGit(git, async (sandbox) => {
    const token = await lab.token();
    for (const [what, request] of ours) {
      expect({ what, ...(await fill(sandbox, `${request}\n`)) }).toMatchObject({
        what,
        status: 0,
        stderr: '',
        password: token,
      });
    }
  });
}

async function isSilentAboutOthers(git: GitProgram): Promise<void> {
  await withGit(git, async (sandbox) => {
    for (const [what, request] of notOurs) {
      const filled = await fill(sandbox, `${request}\n`);
      expect({ what, ...filled }).toMatchObject({ what, status: 128, password: undefined });
      expect(filled.stderr).not.toContain('keytray');
    }
  });
}

async function knowsPaths(git: GitProgram): Promise<void> {
  await withGit(git, async (sandbox) => {
    const withPath = (url: string) => fill(sandbox, `url=${url}\n\n`, ['-c', 'credential.useHttpPath=true']);
    for (const path of ['acme/api.git', 'acme/deep/er.git', 'acme/%61pi.git']) {
      expect(await withPath(`https://paths.lab.example/${path}`)).toMatchObject({
        status: 0,
        password: await lab.token(),
      });
    }
    for (const path of ['acme', 'acme-labs/api.git', 'acme/../other.git', 'acme%2f..%2fother.git', 'ACME/api.git']) {
      expect(await withPath(`https://paths.lab.example/${path}`)).toMatchObject({ status: 128, password: undefined });
    }
  });
}

/** git cuts nothing itself; what would be cut on the way must not be answered by halves. */
async function takesLongValues(git: GitProgram): Promise<void> {
  await withGit(git, async (sandbox) => {
    const request = (key: string, length: number) => {
      const line = `${key}=`.padEnd(length - 1, 'x');
      return `protocol=https\nhost=git.lab.example\n${line}\n\n`;
    };
    for (const key of ['username', 'path']) {
      const options = ['-c', 'credential.useHttpPath=true'];
      const whole = await fill(sandbox, request(key, longestLine), options);
      expect(whole).toMatchObject({ status: 0, stderr: '', password: await lab.token() });
      const longer = await fill(sandbox, request(key, longestLine + 1), options);
      expect(longer).toMatchObject({ status: 128, password: undefined });
      expect(longer.stderr).toContain('keytray: refused a malformed credential request: a line is too long\n');
    }
  });
}

async function erasesNothingForeign(git: GitProgram): Promise<void> {
  // One of its own: a refused token is believed once a minute.
  const own = await startSignedIn([], { git: hosts });
  const judge = async (sandbox: GitSandbox): Promise<void> => {
    const token = await own.token();
    const before = own.server.requests.refresh_token;
    const tell = async (verdict: 'approve' | 'reject', password: string) => {
      const input = `protocol=https\nhost=git.lab.example\nusername=oauth2\npassword=${password}\n\n`;
      expect(await sandbox.run(['credential', verdict], { input })).toEqual({ status: 0, stdout: '', stderr: '' });
    };
    for (const password of ['somebody-elses', `${token}x`, token.slice(1)]) await tell('reject', password);
    await tell('approve', 'another');
    expect(await own.token()).toBe(token);
    expect(own.server.requests.refresh_token).toBe(before);
    expect(await own.keytray.api.account('lab')).toMatchObject({ state: 'active' });

    // The same words about the token in use are heard; else the lines above prove nothing.
    await tell('reject', token);
    await expect.poll(async () => await own.token(), { timeout: 20_000 }).not.toBe(token);
    expect(await own.keytray.api.account('lab')).toMatchObject({ state: 'active' });
  };
  try {
    await withGit(git, judge, own.keytray);
  } finally {
    await own.close();
  }
}

describe.each([
  ["this machine's git", it, () => machineGit],
  ['git 2.46 and later', needsRoot, () => trixieGit()],
] as const)('%s', (_, test, git) => {
  test('is answered for what is listed, however it is written', () => answersOurs(git()));
  test('hears nothing about anything else', () => isSilentAboutOthers(git()));
  test('is answered by path where it says one', () => knowsPaths(git()));
  test('may send values of 64 KiB', () => takesLongValues(git()));
  test('erases nothing with a foreign password', () => erasesNothingForeign(git()));
});

describe('operations', () => {
  const input = 'protocol=https\nhost=git.lab.example\n\n';

  it.each(['list', 'fill', 'GET', 'get ', '../get', 'x'.repeat(64), 'ausfüllen'])(
    '%j is ignored',
    async (operation) => {
      expect(await lab.run(helper, [operation], { input })).toEqual({ status: 0, stdout: '', stderr: '' });
    },
  );

  it('store is read and ignored', async () => {
    const stored = await lab.run(helper, ['store'], { input: `${input.trimEnd()}\nusername=u\npassword=other\n\n` });
    expect(stored).toEqual({ status: 0, stdout: '', stderr: '' });
    expect((await lab.run(helper, ['get'], { input })).stdout).not.toContain('other');
  });

  it('options before the operation change nothing', async () => {
    const { stdout } = await lab.run(helper, ['--timeout', '300', 'get'], { input });
    expect(stdout).toContain(`password=${await lab.token()}\n`);
  });
});
