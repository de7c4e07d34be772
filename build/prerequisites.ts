import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
  aptInstallArguments,
  decide,
  type Group,
  groups,
  type Machine,
  type SystemPackage,
  stillMissing,
} from './system-packages.ts';

/**
 * `node build/prerequisites.ts GROUP`: the system packages that `npm run demo`, `npm test` and `npm run bench` need.
 * Installs what is missing where it may; otherwise prints the line to run and ends with 1.
 */

const multiarch: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

function may(file: string, access: number): boolean {
  try {
    accessSync(file, access);
    return true;
  } catch {
    return false;
  }
}

function onPath(name: string): boolean {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && may(join(folder, name), constants.X_OK));
}

function isThere(part: SystemPackage): boolean {
  switch (part.brings.kind) {
    case 'program':
      return part.brings.names.some(onPath);
    case 'file':
      return may(part.brings.path, constants.R_OK);
    case 'library': {
      const folders = [
        '/usr/lib',
        '/usr/lib64',
        '/usr/local/lib',
        `/usr/lib/${multiarch[process.arch] ?? process.arch}`,
      ];
      const { name } = part.brings;
      return folders.some((folder) => may(join(folder, name), constants.R_OK));
    }
  }
}

function thisMachine(): Machine {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return {
    root: process.getuid?.() === 0,
    aptGet: onPath('apt-get'),
    display: Boolean(DISPLAY || WAYLAND_DISPLAY) && process.stdout.isTTY === true && onPath('xdg-open'),
    has: isThere,
  };
}

function aptGet(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

function say(line: string): void {
  process.stderr.write(`prerequisites: ${line}\n`);
}

/** One package that the distribution does not have makes apt-get install none of them. */
function install(packages: readonly string[]): void {
  if (packages.length === 0 || aptGet(...aptInstallArguments(packages)) || packages.length === 1) return;
  say('trying each of them alone');
  for (const name of packages) aptGet(...aptInstallArguments([name]));
}

/** Whether the group can run now. */
function prepare(group: Group): boolean {
  const decision = decide(group, thisMachine());
  switch (decision.kind) {
    case 'ready':
      return true;
    case 'tell':
      say(decision.line);
      return !decision.stop;
    case 'install': {
      const { required, optional } = decision;
      say(`installing ${[...required, ...optional].join(' ')} (this can take some minutes)`);
      if (!aptGet('update')) say('apt-get update failed; trying with the lists at hand');
      // Apart, so that a distribution without the optional package still gets the rest.
      install(required);
      install(optional);
      const missing = stillMissing(group, thisMachine());
      if (missing.optional.length > 0) say(`going on without ${missing.optional.join(' ')}`);
      if (missing.required.length > 0) say(`could not be installed: ${missing.required.join(' ')}`);
      return missing.required.length === 0;
    }
  }
}

const group = groups.find((name) => name === process.argv[2]);
if (group === undefined) {
  say(`usage: node build/prerequisites.ts ${groups.join('|')}`);
  process.exit(2);
}
if (!prepare(group)) process.exit(1);
// The bench runs the machine's own git.
if (group === 'test' && process.getuid?.() === 0) {
  const { ensureTrixie } = await import('./trixie.ts');
  await ensureTrixie();
}
