/** The program's name at the end of a helper line, whatever folder it was in and however git quoted it. */
const ownHelper = /^\s*helper\s*=.*\/git-credential-keytray["']*\s*$/i;
const emptyHelper = /^\s*helper\s*=\s*(?:"")?\s*$/i;
const usePath = /^\s*useHttpPath\s*=\s*true\s*$/i;
const header = /^\s*\[/;

/**
 * A git configuration without the lines that `setup` adds: our helper, the reset above it, `useHttpPath` below
 * it, and the section where nothing else is left. Every other byte stays.
 */
export function withoutOwnLines(text: string): string {
  const kept: string[] = [];
  let touched = false;
  let afterOurs = false;
  const closeSection = (): void => {
    if (touched && header.test(kept.at(-1) ?? '') && /^\s*\[credential\s/i.test(kept.at(-1) ?? '')) kept.pop();
    touched = false;
  };
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const content = line.replace(/\r?\n$/, '');
    if (header.test(content)) closeSection();
    if (ownHelper.test(content)) {
      if (emptyHelper.test(kept.at(-1) ?? '')) kept.pop();
      touched = true;
      afterOurs = true;
      continue;
    }
    const ours = afterOurs && usePath.test(content);
    afterOurs = false;
    if (!ours) kept.push(line);
  }
  closeSection();
  return kept.join('');
}
