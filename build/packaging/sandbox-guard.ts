import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * electron-builder's AppRun adds `--no-sandbox` by itself where user namespaces are closed, as on Ubuntu 24.04. An app
 * that holds tokens then would run without its sandbox and nobody would know: rather it says what to do, and ends.
 */
export function sandboxGuard(binary: string): string {
  return `#!/bin/sh
for word; do
  if [ "$word" = --no-sandbox ]; then
    echo "keytray: this system closes user namespaces to Chromium's sandbox, and Keytray does not run without one." >&2
    echo "  Install the deb or rpm, or give the AppImage an AppArmor profile with the rule 'userns,'." >&2
    exit 1
  fi
done
exec "$(dirname -- "$(readlink -f -- "$0")")/${binary}" "$@"
`;
}

/** Puts the guard in the place of the app's program. */
export async function guardSandbox(folder: string, name: string): Promise<void> {
  const binary = `${name}.bin`;
  await rename(join(folder, name), join(folder, binary));
  await writeFile(join(folder, name), sandboxGuard(binary));
  await chmod(join(folder, name), 0o755);
}
