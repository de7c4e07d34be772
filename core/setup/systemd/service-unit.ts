import { isAbsolute, join, resolve } from 'node:path';
import { stateFolder } from '../../config/paths.ts';
import { KeytrayError } from '../../errors.ts';
import { type How, type ManagedFile, type Outcome, settleFile } from '../engine/managed-file.ts';
import { Records } from '../engine/record.ts';
import { unitName, unitText } from './unit-text.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the manager of a user looks first (systemd.unit(5)). Throws `invalid_request` where there is no home. */
export function unitFile(env: Environment): string {
  const { XDG_CONFIG_HOME: set, HOME: home } = env;
  if (set !== undefined && isAbsolute(set)) return join(set, 'systemd', 'user', unitName);
  if (home !== undefined && isAbsolute(home)) return join(home, '.config', 'systemd', 'user', unitName);
  throw new KeytrayError('invalid_request', 'HOME is not set, so there is no folder for units');
}

/**
 * What tells the agent apart from that of another home: the manager of the user does not know it, and starts it in
 * another folder than the one a relative path was typed in.
 */
function carried(env: Environment): Readonly<Record<string, string>> {
  const ours = ['KEYTRAY_CONFIG', 'KEYTRAY_SOCKET'].map((name) => [name, env[name] && resolve(env[name])] as const);
  const folders = ['XDG_CONFIG_HOME', 'XDG_STATE_HOME'].map((name) => [name, env[name]] as const);
  return Object.fromEntries(
    [...ours, ...folders].flatMap(([name, value]) => (value && isAbsolute(value) ? [[name, value]] : [])),
  );
}

/**
 * Writes the unit, or with `undo` takes away the one that was written; `before` and `after` of the outcome say which.
 * Rejects with `invalid_request` where another unit is in its place, which stays.
 */
export async function settleUnit(env: Environment, program: string, how: How): Promise<Outcome> {
  const path = unitFile(env);
  const file: ManagedFile = {
    path,
    planned: true,
    newMode: 0o644,
    edit: (base) => {
      if (base === undefined) return Buffer.from(unitText(program, carried(env)));
      const advice = `Move it away, then: keytray service install`;
      throw new KeytrayError('invalid_request', `${path} was not written by Keytray, or was changed since`, { advice });
    },
    // Byte for byte what we wrote, or another's.
    clean: (current) => current,
  };
  return await settleFile(file, new Records(stateFolder(env), 'service'), how);
}
