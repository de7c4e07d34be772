import { execFile } from 'node:child_process';
import { chmod, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { childrenOf } from '../../bench/process-memory.ts';
import { type AttackTarget, startAttackTarget } from '../../support/attack-target.ts';
import { type Keyring, startKeyring } from '../../support/keyring.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { signIn } from '../../support/sign-in.ts';

const run = promisify(execFile);
let keyring: Keyring;
let target: AttackTarget;

beforeAll(async () => {
  keyring = await startKeyring();
  target = await startAttackTarget({ env: keyring.env, store: 'keychain' });
});

afterAll(async () => {
  await target?.close();
  await keyring?.stop();
});

interface Attempt {
  readonly status: number;
  readonly output: string;
}

/** What another user of the machine gets by this command; everything it prints counts. */
async function asNobody(command: string, ...args: readonly string[]): Promise<Attempt> {
  const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', command, ...args];
  try {
    const { stdout, stderr } = await run('setpriv', nobody, { encoding: 'latin1' });
    return { status: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, output: stdout + stderr };
  }
}

// Perl, because it is on every Debian, where nobody may run it.
const speak = [
  'socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;',
  'connect($s, sockaddr_un($ARGV[0])) or die "no connection: $!\\n";',
  'syswrite($s, $ARGV[1]); while (sysread($s, my $answer, 65536)) { print $answer }',
].join('\n');
const asNobodyOverSocket = (request: string): Promise<Attempt> =>
  asNobody('/usr/bin/perl', '-MSocket', '-e', speak, target.keytray.socket, request);

const requests = [
  'POST /v1/accounts/lab/token HTTP/1.1\r\nHost: keytray\r\nContent-Length: 0\r\n\r\n',
  'GET /v1/status HTTP/1.1\r\nHost: keytray\r\n\r\n',
  'POST /v1/handover HTTP/1.1\r\nHost: keytray\r\nContent-Length: 0\r\n\r\n',
  'GET /v1/helpers/git/get HTTP/1.1\r\nHost: keytray\r\nConnection: Upgrade\r\nUpgrade: keytray-helper/1\r\n\r\n',
];

async function filesBelow(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.map((name) => path.join(folder, name));
}

/** The agent and its keychain child, which ends after half a minute without a call: a sign-in is one. */
async function family(): Promise<readonly number[]> {
  const { state } = await signIn(target.keytray, 'lab');
  expect(state).toBe('succeeded');
  return [target.pid, ...childrenOf(target.pid)];
}

// Writes a line for each: name, exit status, why. One shell for all, so that the child is still there for the last.
const tryEach = (command: string): string =>
  `for each; do why=$(${command} "$each" 2>&1 >/dev/null); echo "$each $? \${why##*: }"; done`;

/** Exit status and reason for each of these, as another user of the machine gets it. */
async function attemptsAsNobody(command: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { output } = await asNobody('/bin/sh', '-c', tryEach(command), 'sh', ...paths);
  const lines = output.trimEnd().split('\n');
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
}

const leaks = (output: string): readonly string[] => [...target.secrets].filter((secret) => output.includes(secret));

describe('another user of the machine', () => {
  needsRoot('gets no connection by the modes we set', async () => {
    await chmod(target.keytray.folder, 0o755);
    for (const request of requests) {
      expect(await asNobodyOverSocket(request)).toMatchObject({ output: 'no connection: Permission denied\n' });
    }
    await chmod(path.dirname(target.keytray.socket), 0o755);
    expect(await asNobodyOverSocket(requests[0] ?? '')).toMatchObject({ output: 'no connection: Permission denied\n' });
  });

  needsRoot('is refused by the kernel’s word for who it is where every mode lets it in', async () => {
    await chmod(target.keytray.folder, 0o755);
    await chmod(path.dirname(target.keytray.socket), 0o755);
    await chmod(target.keytray.socket, 0o777);
    await target.survives('another uid', async () => {
      for (const request of requests) {
        const { output } = await asNobodyOverSocket(request);
        expect(output).toMatch(/^HTTP\/1\.1 403 /);
        expect(output).toContain('"access_denied"');
        expect(leaks(output)).toEqual([]);
      }
    });
    expect(await target.keytray.log()).toContain('refused a caller');
  });

  needsRoot('holds few connections even then, and keeps nobody out', async () => {
    const many = [
      'my @open; for (1 .. 200) { socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;',
      'connect($s, sockaddr_un($ARGV[0])) or die "no connection: $!\\n"; push @open, $s }',
      'select(undef, undef, undef, 0.5);',
      'my $alive = 0; for my $s (@open) { $alive += defined(send($s, "GET", MSG_NOSIGNAL)) ? 1 : 0 } print $alive;',
    ].join('\n');
    await target.survives('200 connections of another uid', async () => {
      const { output } = await asNobody('/usr/bin/perl', '-MSocket', '-e', many, target.keytray.socket);
      expect(Number(output)).toBeLessThanOrEqual(16);
    });
  });

  needsRoot('reads no file of the agent’s', async () => {
    await chmod(target.keytray.folder, 0o755);
    const state = path.join(target.keytray.folder, 'state');
    const files = await filesBelow(state);
    expect(files.map((file) => path.basename(file))).toContain('agent.log');
    for (const file of [...files, `${target.keytray.socket}.lock`]) {
      const kind = await stat(file);
      if (kind.isSocket()) continue;
      const attempt = await asNobody(kind.isDirectory() ? '/bin/ls' : '/bin/cat', file);
      expect([file, attempt.status !== 0, attempt.output]).toEqual([file, true, expect.stringContaining('Permission')]);
    }
  });

  needsRoot('reads nothing of the agent’s processes', async () => {
    const pids = await family();
    // The keychain child is one of them.
    expect(pids.length).toBeGreaterThan(1);
    const within = (...names: readonly string[]): readonly string[] =>
      pids.flatMap((pid) => names.map((name) => `/proc/${pid}/${name}`));
    const files = within('environ', 'mem', 'maps', 'smaps', 'auxv', 'stack', 'syscall', 'pagemap', 'io');
    const folders = within('fd/', 'map_files/', 'cwd/', 'root/');
    const refused = expect.stringMatching(/^1 (?:Permission denied|Operation not permitted)$/);
    expect(await attemptsAsNobody('head -c 4096', files)).toEqual(new Map(files.map((file) => [file, refused])));
    const closed = '2 Permission denied';
    expect(await attemptsAsNobody('ls', folders)).toEqual(new Map(folders.map((folder) => [folder, closed])));
    const { output } = await asNobody('/bin/cat', ...within('cmdline', 'status'));
    expect(output).toContain('Uid:');
    expect(leaks(output)).toEqual([]);
  });
});
