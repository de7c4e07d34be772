import { basename, dirname } from 'node:path';
import type { SetupAccount, SetupContext, Tool } from '../../../core/setup/engine/tool.ts';

export interface Machine {
  readonly accounts?: readonly SetupAccount[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Name to where it really is; by default our own programs are found. */
  readonly onPath?: Readonly<Record<string, string>>;
  readonly linkFolder?: string;
  /** What each program answers, whatever it is asked. */
  readonly answers?: Readonly<Record<string, string>>;
  readonly bin?: string;
  readonly platform?: NodeJS.Platform;
}

export const home = '/home/ada';

/** A pretended machine. */
export function contextFor(machine: Machine = {}): SetupContext {
  const { accounts = [], env = {}, files = {}, bin = '/opt/keytray/bin', platform = 'linux' } = machine;
  const { answers = {}, linkFolder } = machine;
  const libexec = '/opt/keytray/libexec';
  const own = { 'docker-credential-keytray': `${bin}/docker-credential-keytray`, keyring: `${libexec}/keyring` };
  const onPath: Readonly<Record<string, string>> = machine.onPath ?? own;
  return {
    accounts,
    env,
    home,
    platform,
    cwd: `${home}/work`,
    programs: { bin, libexec },
    configFolder: `${home}/.config/keytray`,
    linkFolder,
    look: {
      read: (path) => files[path],
      program: (name) => onPath[name],
      isProgram: () => true,
      real: (path) => path,
      list: (folder) =>
        Object.keys(files)
          .filter((path) => dirname(path) === folder)
          .map((path) => basename(path))
          .sort(),
      ask: (program) => answers[program],
    },
  };
}

/** What becomes of a tool's only file, and what people are told. */
export function planOf(tool: Tool, machine: Machine, text?: string) {
  const plan = tool.plan(contextFor(machine));
  const [file] = plan.files;
  const after = file === undefined ? undefined : file.edit(text);
  const texts = { before: () => text, after: () => after };
  return {
    path: file?.path,
    after,
    links: plan.links,
    lines: plan.lines(texts),
    warnings: [...plan.obstacles(texts), ...plan.warnings(texts)],
  };
}

export const serving = (id: string, serves: SetupAccount['serves']): SetupAccount => ({ id, serves });
