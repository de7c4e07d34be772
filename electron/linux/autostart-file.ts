/** Our entry in the autostart folder (Desktop Entry Specification 1.5, Autostart Specification 0.5). Pure. */

export const autostartName = 'dev.keytray.desktop.desktop';

/** Told by our own key, so that a file somebody wrote by hand is never taken for ours. */
const mark = 'X-Keytray-Autostart=true';

export function autostartText(program: string): string {
  return `[Desktop Entry]
Type=Application
Name=Keytray
Comment=Keeps your sign-ins fresh
Exec=${execWord(program)} --autostart
Icon=dev.keytray.desktop
Terminal=false
X-GNOME-Autostart-enabled=true
${mark}
`;
}

/**
 * One quoted argument of `Exec`: quotes, dollar signs, grave accents and backslashes are escaped by a backslash, which
 * as a string value is itself escaped; a percent sign is doubled.
 */
export function execWord(program: string): string {
  if (/[\n\r\0]/.test(program)) throw new RangeError('a program of an autostart entry is one line');
  const quoted = program.replace(/["$`\\]/g, '\\$&').replaceAll('%', '%%');
  return `"${quoted.replaceAll('\\', '\\\\')}"`;
}

export type AutostartState = 'absent' | 'ours' | 'ours_disabled' | 'foreign';

export function judgeAutostart(text: string | undefined): AutostartState {
  if (text === undefined) return 'absent';
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (!lines.includes(mark)) return 'foreign';
  const disabled = lines.some((line) => /^(?:Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)$/.test(line));
  return disabled ? 'ours_disabled' : 'ours';
}
