/**
 * The words of a command line, by the simplest rules of a shell: spaces part them, quotes hold them together. Nothing
 * is expanded, and no shell ever sees it. Undefined where a quote is left open.
 */
export function commandWords(line: string): readonly string[] | undefined {
  const words = line.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  const outside = line.replace(/"[^"]*"|'[^']*'/g, '');
  if (/["']/.test(outside)) return undefined;
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}

/** One word for a POSIX shell, whatever it holds. */
export function quotedWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The same for lines that people read: bare where no shell would read it otherwise. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quotedWord(text);
}
