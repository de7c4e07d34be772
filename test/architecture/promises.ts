export interface ShownBy {
  /** Path in the repository. */
  readonly file: string;
  /** Title of a test; `…` stands for what its table or template fills in. */
  readonly title: string;
}

export interface Promised {
  readonly words: string;
  readonly shownBy: readonly ShownBy[];
}

/** The rows of every table between the heading "What is promised" and the next of its rank. */
export function promisesIn(document: string): readonly Promised[] {
  const [, part = ''] = document.split(/^## What is promised$/m);
  const [promised = ''] = part.split(/^## /m);
  const rows = promised.split('\n').filter((line) => line.startsWith('|'));
  return rows.filter((row) => !/^\|\s*(?:promise\s*\||-)/.test(row)).map(promiseOf);
}

function promiseOf(row: string): Promised {
  const [words = '', tests = ''] = row.replace(/^\||\|$/g, '').split('|');
  const shownBy: ShownBy[] = [];
  for (const [, file = '', titles = ''] of tests.matchAll(/`([^`]+)`([^`]*)/g)) {
    const named = [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title);
    // A file alone proves nothing: it would stand for whatever is in it.
    for (const title of named.length === 0 ? [''] : named) shownBy.push({ file, title });
  }
  return { words: words.trim(), shownBy };
}

/** The titles of the tests in a source text, with `…` for each placeholder. */
export function titlesIn(source: string): ReadonlySet<string> {
  const calls =
    /(?:\b(?:it|needsRoot|register)\(|\]\)\(|\b(?:it|describe)\.each(?:<[^(]*>)?\([^()]*(?:\([^()]*\)[^()]*)*\)\()\s*(['"`])((?:\\.|(?!\1).)*)\1/gs;
  return new Set([...source.matchAll(calls)].map(([, , title = '']) => withoutPlaceholders(title)));
}

const withoutPlaceholders = (title: string): string =>
  title.replace(/\\(.)/g, '$1').replace(/\$\{[^}]*\}|%[sdijo]|\$\w+/g, '…');

/** What is wrong with the promises; `read` gives the text of a file, or undefined where there is none. */
export function brokenLinks(
  promises: readonly Promised[],
  read: (file: string) => string | undefined,
): readonly string[] {
  return promises.flatMap(({ words, shownBy }) => {
    if (shownBy.length === 0) return [`no test: ${words}`];
    return shownBy.flatMap(({ file, title }) => {
      const source = file.startsWith('test/') ? read(file) : undefined;
      if (source === undefined) return [`no such file: ${file}`];
      if (title === '') return [`no test named: ${file}`];
      return titlesIn(source).has(title) ? [] : [`no such test: ${file}: ${title}`];
    });
  });
}
