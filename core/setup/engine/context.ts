import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { configFile, machineOf } from '../../config/paths.ts';
import type { Environment } from '../git/git-command.ts';
import type { Look, SetupAccount, SetupContext } from './tool.ts';

export interface ToolSetupOptions {
  /** Not needed to undo. */
  readonly accounts: readonly SetupAccount[];
  readonly env: Environment;
  /** The folders of our programs, absolute: out/bin and out/libexec. */
  readonly programs: { readonly bin: string; readonly libexec: string };
  /** A folder on PATH to link a program into that the tool looks for by name. */
  readonly linkFolder?: string | undefined;
  /** Absolute; where the person is. */
  readonly cwd?: string | undefined;
}

/** Variables that tools read a path from; a relative one is meant from where the person is. */
const pathVariables = [
  'DOCKER_CONFIG',
  'REGISTRY_AUTH_FILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'CARGO_HOME',
  'PIP_CONFIG_FILE',
  'npm_config_userconfig',
  'NPM_CONFIG_USERCONFIG',
  'TF_CLI_CONFIG_FILE',
  'TERRAFORM_CONFIG',
];

function withAbsolutePaths(env: Environment): Environment {
  const changed = pathVariables.flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, resolve(value)] as const];
  });
  return { ...env, ...Object.fromEntries(changed) };
}

export function contextOf({ accounts, env, programs, linkFolder, cwd }: ToolSetupOptions): SetupContext {
  return {
    accounts,
    env: withAbsolutePaths(env),
    home: machineOf(env).home,
    platform: process.platform,
    cwd: cwd ?? process.cwd(),
    programs,
    configFolder: dirname(configFile(env)),
    linkFolder,
    look: lookIn(env),
  };
}

/** Milliseconds a tool may take to tell its own settings; one that takes longer is not asked. */
const longestAnswer = 5000;

/** What a set-up may see of the machine. */
export function lookIn(env: Environment): Look {
  const real = (path: string): string | undefined => {
    try {
      return realpathSync(path);
    } catch {
      return undefined;
    }
  };
  return {
    real,
    read: (path) => {
      try {
        // A named pipe would be waited for.
        return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
      } catch {
        return undefined;
      }
    },
    program: (name) => {
      const folders = (env.PATH ?? '').split(':').filter((folder) => isAbsolute(folder));
      const found = folders.map((folder) => join(folder, name)).find(isProgram);
      return found === undefined ? undefined : real(found);
    },
    isProgram,
    list: (folder) => {
      try {
        return readdirSync(folder).sort();
      } catch {
        return [];
      }
    },
    ask: (program, args, more) => {
      const file = (env.PATH ?? '')
        .split(':')
        .filter((folder) => isAbsolute(folder))
        .map((folder) => join(folder, program))
        .find(isProgram);
      if (file === undefined) return undefined;
      const { status, stdout } = spawnSync(file, args, {
        cwd: '/',
        env: { ...env, ...more },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: longestAnswer,
      });
      return status === 0 ? stdout : undefined;
    },
  };
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
