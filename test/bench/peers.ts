import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs the bench runs beside Keytray, and the Debian package of each. */
const peers = {
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

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
