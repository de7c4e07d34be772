import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { repository } from '../../support/keytray.ts';
import { runToEnd } from '../../support/processes.ts';
import { makeStubElectron } from '../../support/stub-electron.ts';

const execute = promisify(execFile);

export interface MadePackages {
  readonly deb: string;
  readonly rpm: string;
  readonly zip: string;
  /** The packaged app, unpacked. */
  readonly app: string;
  close(): Promise<void>;
}

/** `npm run package` as a person runs it, but with the stand-in for Electron and quick compression. */
export async function makePackages(): Promise<MadePackages> {
  const electron = await makeStubElectron();
  const out = await mkdtemp(path.join(tmpdir(), 'keytray-packages-'));
  const close = async (): Promise<void> => {
    await rm(electron, { recursive: true, force: true });
    await rm(out, { recursive: true, force: true });
  };
  try {
    const options = ['--fast', `--out=${out}`, `--electron-zips=${electron}`, '--unverified-electron'];
    const make = path.join(repository, 'build/packaging/make.ts');
    // Longer than other programs of the tests may take: it packs a whole Node three times.
    const ran = await execute(process.execPath, [make, '--targets=deb,rpm,zip', ...options], {
      cwd: repository,
      timeout: 150_000,
    });
    const files = ran.stdout.trim().split('\n');
    const ending = (suffix: string): string => {
      const found = files.find((file) => file.endsWith(suffix));
      if (found === undefined) throw new Error(`no ${suffix} was made: ${ran.stdout}${ran.stderr}`);
      return found;
    };
    const app = path.join(out, `Keytray-${process.platform}-${process.arch}`);
    return { deb: ending('.deb'), rpm: ending('.rpm'), zip: ending('.zip'), app, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One line of `dpkg-deb --contents` or its like, whatever made it. */
export interface PackedFile {
  /** `-rwxr-xr-x` */
  readonly mode: string;
  readonly owner: string;
  /** With a slash first, and none at the end. */
  readonly path: string;
}

export async function output(file: string, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runToEnd(file, args, { cwd: '/', env: process.env });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

export async function debFiles(deb: string): Promise<readonly PackedFile[]> {
  const lines = (await output('dpkg-deb', ['--contents', deb])).trim().split('\n');
  return lines.map((line) => {
    const [mode = '', owner = '', , , , name = ''] = line.split(/\s+/);
    return { mode, owner, path: name.replace(/^\.|\/$/g, '') };
  });
}

export async function rpmFiles(rpm: string): Promise<readonly PackedFile[]> {
  const format = '[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} %{FILENAMES}\\n]';
  const lines = (await output('rpm', ['--query', '--package', '--queryformat', format, rpm])).trim().split('\n');
  return lines.map((line) => {
    const [mode = '', owner = '', name = ''] = line.split(' ');
    return { mode, owner, path: name };
  });
}

const sourceMap = z.object({ sources: z.array(z.string()) });

/** The npm packages that bundles of the programs and of the main process hold code of, as their source maps say. */
export async function bundledModules(): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const folder of ['out/lib', 'out/app'].map((name) => path.join(repository, name))) {
    for (const file of await readdir(folder)) {
      if (!file.endsWith('.map') || file.startsWith('cli-demo-')) continue;
      const { sources } = sourceMap.parse(JSON.parse(await readFile(path.join(folder, file), 'utf8')));
      for (const source of sources) {
        const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source) ?? [];
        if (name !== undefined) names.add(name);
      }
    }
  }
  return names;
}
