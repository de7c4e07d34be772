import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { repository } from './keytray.ts';
import { type Finished, runToEnd } from './processes.ts';

/**
 * This machine as a system to install things in: what is written there is gone at the end. It lies in a mount namespace
 * of its own, held by one process, and the checkout, its node_modules and every other Node are not in it.
 */
const script = `
set -eu
PATH=$PATH:/usr/sbin:/sbin
base=$1 shared=$2 checkout=$3
mount -t tmpfs tmpfs "$base"
mkdir "$base/changes" "$base/work" "$base/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$base/changes,workdir=$base/work" "$base/root"
for folder in /dev /proc; do mount --rbind "$folder" "$base/root$folder"; done
mount --bind "$shared" "$base/root$shared"
rm -f "$base"/root/usr/bin/node "$base"/root/usr/local/bin/node
mount -t tmpfs tmpfs "$base/root$checkout"
echo ready
exec cat
`;

export interface ThrowAwayRoot {
  /** Program and arguments that run `args` in it. */
  command(args: readonly string[]): readonly [string, ...string[]];
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished>;
  /** Every file and folder that is not as it was at the start, but for the package managers' own. */
  changes(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const plainEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/root' };
const managersOwn = /^\/var\/(?:lib\/(?:dpkg|rpm)|log|cache)(?:\/|$)|^\/(?:var|var\/lib)$/;

async function readyLine(holder: ChildProcess): Promise<void> {
  let said = '';
  holder.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [first] = await Promise.race([once(holder.stdout ?? holder, 'data'), once(holder, 'exit')]);
  if (String(first) !== 'ready\n') throw new Error(`no root to install in: ${said}`);
}

export async function makeThrowAwayRoot(): Promise<ThrowAwayRoot> {
  const base = await mkdtemp(path.join(tmpdir(), 'keytray-root-'));
  const holderArguments = ['--mount', '--propagation=private', '/bin/sh', '-c', script, 'root'];
  const holder = spawn('unshare', [...holderArguments, base, tmpdir(), repository], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await readyLine(holder);
  const command = (args: readonly string[]): [string, ...string[]] => [
    'nsenter',
    `--mount=/proc/${holder.pid}/ns/mnt`,
    'chroot',
    path.join(base, 'root'),
    ...args,
  ];
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const [file, ...rest] = command(args);
    return runToEnd(file, rest, { cwd: '/', env: { ...plainEnvironment, ...env } });
  };
  const list = async (): Promise<readonly string[]> => {
    const changed = path.join(base, 'changes');
    const args = [`--mount=/proc/${holder.pid}/ns/mnt`, 'find', changed, '-mindepth', '1', '-printf', '%y/%P\\n'];
    const { stdout } = await runToEnd('nsenter', args, { cwd: '/', env: plainEnvironment });
    const found = stdout.split('\n').filter((line) => line !== '');
    return (
      found
        // A folder of the machine is there as soon as anything in it has changed.
        .filter((line) => !(line.startsWith('d') && existsSync(line.slice(1))))
        .map((line) => line.slice(1))
        .filter((file) => !managersOwn.test(file))
    );
  };
  const before = new Set(await list());
  return {
    command,
    run,
    changes: async () => (await list()).filter((file) => !before.has(file)),
    async close() {
      const gone = once(holder, 'exit');
      holder.stdin?.end();
      await gone;
      await rm(base, { recursive: true, force: true });
    },
  };
}
