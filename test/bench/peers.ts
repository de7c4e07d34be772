import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs the bench runs beside Keytray, and the Debian package of each. */
const peers = {
  chromium: 'chromium',
  'dbus-daemon': 'dbus-daemon',
  gcc: 'gcc',
  git: 'git',
  'git-credential-oauth': 'git-credential-oauth',
  'oidc-agent': 'oidc-agent-cli',
  'oidc-gen': 'oidc-agent-cli',
  'oidc-token': 'oidc-agent-cli',
  taskset: 'util-linux',
} as const;

/** A line for each that is not on `path`. A missing peer is never left out of the table. */
export function missingPeers(path: string): readonly string[] {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return Object.entries(peers)
    .filter(([name]) => !folders.some((folder) => isExecutable(join(folder, name))))
    .map(([name, debianPackage]) => `${name} is missing (Debian package ${debianPackage})`);
}

/** A line where `program` is not built, or a launcher of the twin: its figures would stand in the native client's row. */
export function missingNative(program: string): readonly string[] {
  if (!isExecutable(program)) return ['Keytray is not built; run: npm run build'];
  const isScript = readFileSync(program).subarray(0, 2).toString() === '#!';
  return isScript ? ['the native client is missing; run: npm run build'] : [];
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
