/** Lines with their ends. */
export function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** Appends lines; the last one that was there gets its end first. */
export function withLines(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text;
  const eol = eolOf(text);
  const gap = text === '' || text.endsWith('\n') ? '' : eol;
  return text + gap + lines.map((line) => line + eol).join('');
}

/** No file is left where there was none and nothing but ours was in it. */
export function orNoFile(text: string, known: { readonly before: string | undefined } | undefined): string | undefined {
  return known !== undefined && known.before === undefined && text.trim() === '' ? undefined : text;
}
