import { helperLauncher, keytrayLauncher } from '../launchers.ts';

/**
 * Launchers for a folder that may be moved, or mounted elsewhere each time, as an AppImage is. Only where the native
 * client could not be built: finding the folder costs a process.
 */

const mark = '@FOLDER@';
const targets = { node: `${mark}/node`, lib: `${mark}/lib` };
const findFolder = `keytray_self=$(readlink -f -- "$0") || exit
keytray_folder=\${keytray_self%/*/*}`;

function movable(launcher: string): string {
  return launcher.replace('#!/bin/sh\n', `#!/bin/sh\n${findFolder}\n`).replaceAll(`'${mark}`, `"$keytray_folder"'`);
}

export const movableKeytray = (): string => movable(keytrayLauncher(targets));
export const movableHelper = (name: string): string => movable(helperLauncher(targets, name));
