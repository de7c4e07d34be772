import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The icons that panels look up by name: beside the built program, else in the source tree. */
export function trayIconFolder(): string {
  const bundled = fileURLToPath(new URL('./tray-icons', import.meta.url));
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('./icons', import.meta.url));
}
