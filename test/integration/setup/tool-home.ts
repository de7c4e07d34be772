import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SetupAccount } from '../../../core/setup/engine/tool.ts';
import { applyTool, planTool, type ToolName, type ToolReport, undoTool } from '../../../core/setup/tools.ts';

const helpers = ['keytray', 'docker-credential-keytray', 'terraform-credentials-keytray', 'cargo-credential-keytray'];
const moreHelpers = ['bazel-credential-keytray', 'npm-token-keytray', 'psql-keytray', 'mvn-keytray'];

export interface SetupChanges {
  readonly cwd?: string;
  readonly accounts?: readonly SetupAccount[];
  readonly env?: Readonly<Record<string, string>>;
  readonly linkFolder?: string;
}

export interface ToolHome {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly programs: { readonly bin: string; readonly libexec: string };
  path(name: string): string;
  write(name: string, text: string | Buffer, mode?: number): Promise<void>;
  read(name: string): Promise<string>;
  apply(tool: ToolName, changes?: SetupChanges): Promise<ToolReport>;
  plan(tool: ToolName, changes?: SetupChanges & { readonly undo?: boolean }): Promise<ToolReport>;
  undo(tool: ToolName, changes?: SetupChanges): Promise<ToolReport>;
  /** Every file, link and mode under the home folder, but for what Keytray keeps for itself. */
  tree(): Promise<readonly string[]>;
}

/**
 * What pip of Debian trixie says to `--version`. Set-up of pip asks each time, and the machine's own pip, whichever that
 * is, takes a second to start.
 */
const pipVersion = 'pip 25.1.1 from /usr/lib/python3/dist-packages/pip (python 3.13)';

/** A home folder of its own, with stand-ins for our programs beside it. */
export async function toolHome(accounts: readonly SetupAccount[]): Promise<ToolHome> {
  const base = await mkdtemp(join(tmpdir(), 'keytray-tools-'));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const home = join(base, 'home');
  const programs = { bin: join(base, 'out/bin'), libexec: join(base, 'out/libexec') };
  const files = [
    ...[...helpers, ...moreHelpers].map((name) => join(programs.bin, name)),
    join(programs.libexec, 'keyring'),
  ];
  await mkdir(home);
  for (const file of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '#!/bin/sh\nexit 1\n');
    await chmod(file, 0o755);
  }
  const tools = join(base, 'tools');
  await mkdir(tools);
  await writeFile(join(tools, 'pip'), `#!/bin/sh\necho '${pipVersion}'\n`, { mode: 0o755 });
  const env = {
    PATH: `${programs.bin}:${programs.libexec}:${tools}:${process.env.PATH ?? '/usr/bin:/bin'}`,
    HOME: home,
    XDG_STATE_HOME: join(base, 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const options = (changes: SetupChanges = {}) => ({
    accounts,
    programs,
    cwd: home,
    ...changes,
    env: { ...env, ...changes.env },
  });
  const path = (name: string): string => join(home, name);
  return {
    home,
    env,
    programs,
    path,
    write: async (name, text, mode = 0o644) => {
      await mkdir(dirname(path(name)), { recursive: true });
      await writeFile(path(name), text);
      await chmod(path(name), mode);
    },
    read: (name) => readFile(path(name), 'utf8'),
    apply: (tool, changes) => applyTool(tool, options(changes)),
    plan: (tool, changes) => planTool(tool, options(changes), changes?.undo),
    undo: (tool, changes) => undoTool(tool, { ...options(changes), accounts: [] }),
    tree: async () => {
      const names = (await readdir(home, { recursive: true })).sort();
      return Promise.all(names.map(async (name) => `${name} ${await described(join(home, name))}`));
    },
  };
}

async function described(file: string): Promise<string> {
  const { mode, mtimeMs } = await lstat(file);
  if ((mode & 0o170000) === 0o120000) return `-> ${await readlink(file)}`;
  const rights = (mode & 0o777).toString(8);
  return (mode & 0o170000) === 0o100000 ? `${rights} ${mtimeMs} ${await readFile(file, 'utf8')}` : rights;
}
