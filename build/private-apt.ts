import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** apt with state, cache and sources of its own, so that the machine's own packages are never touched. */

export const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const run = promisify(execFile);

/** Resolves to the package files of the whole dependency closure, checked against Debian's signature by apt. */
export async function downloadPackages(
  work: string,
  packages: readonly string[],
  say: (line: string) => void,
): Promise<string[]> {
  const environment = await privateApt(work);
  const apt = async (...args: string[]) => {
    try {
      await run('apt-get', ['-q', ...args], { env: environment, maxBuffer: 16 * 1024 * 1024 });
    } catch (failure) {
      throw new Error(`apt-get ${args[0]} for Debian trixie failed: ${stderrOf(failure)}`, { cause: failure });
    }
  };
  say('reading the package lists of Debian trixie');
  await apt('update', '--error-on=any');
  say(`downloading ${packages.join(' ')} and what they depend on`);
  await apt('install', '--yes', '--no-install-recommends', '--download-only', ...packages);

  const folder = path.join(work, 'cache/archives');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.deb')).sort();
  for (const name of packages) {
    if (!files.some((file) => file.startsWith(`${name}_`))) throw new Error(`apt-get downloaded no ${name}`);
  }
  return files.map((name) => path.join(folder, name));
}

/** With an empty status file apt believes that nothing is installed and resolves the whole closure. */
async function privateApt(work: string): Promise<NodeJS.ProcessEnv> {
  for (const folder of ['etc/none', 'state/lists/partial', 'cache/archives/partial', 'log']) {
    await mkdir(path.join(work, folder), { recursive: true });
  }
  const { stdout: architecture } = await run('dpkg', ['--print-architecture']);
  const mirror = process.env.KEYTRAY_DEBIAN_MIRROR ?? 'http://deb.debian.org/debian';
  await writeFile(path.join(work, 'state/status'), '');
  await writeFile(
    path.join(work, 'etc/sources.list'),
    `deb [arch=${architecture.trim()} signed-by=${debianKeyring}] ${mirror} trixie main\n`,
  );
  const configuration = path.join(work, 'etc/apt.conf');
  const settings: Record<string, string> = {
    'Dir::State': path.join(work, 'state'),
    'Dir::State::status': path.join(work, 'state/status'),
    'Dir::Cache': path.join(work, 'cache'),
    'Dir::Log': path.join(work, 'log'),
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': path.join(work, 'etc/none'),
    'Dir::Etc::sourcelist': path.join(work, 'etc/sources.list'),
    'Dir::Etc::sourceparts': path.join(work, 'etc/none'),
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': path.join(work, 'etc/none'),
    'APT::Architecture': architecture.trim(),
    'Acquire::Languages': 'none',
    // The download user of apt may not read a folder that only root can enter.
    'APT::Sandbox::User': 'root',
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} "${value}";`);
  await writeFile(configuration, [...(await machineAcquire()), ...lines, ''].join('\n'));
  return { PATH: process.env.PATH, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', APT_CONFIG: configuration };
}

/** Proxies, retries and date checks as this machine has them: without its proxy it may reach no mirror. */
async function machineAcquire(): Promise<string[]> {
  const { stdout } = await run('apt-config', ['dump', 'Acquire']);
  return stdout.split('\n').filter((line) => /^Acquire::(https?::|Retries |Check-Valid-Until |Check-Date )/.test(line));
}

function stderrOf(failure: unknown): string {
  const stderr = failure instanceof Error && 'stderr' in failure ? String(failure.stderr).trim() : '';
  return stderr === '' ? String(failure) : stderr;
}
