import type { SecretPlace } from './scan-text.ts';

/** A text in which variables stand for secrets. */
export interface Referenced {
  readonly text: string;
  /** The variables, each once, in order. */
  readonly variables: readonly string[];
}

/** How a language reads a variable in place of a literal in quotes; elsewhere `${NAME}` stands for it. */
const readings: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/\.py$/, (name) => `os.environ["${name}"]`],
  [/\.[cm]?[jt]sx?$/, (name) => `process.env.${name}`],
  [/\.[rR]$/, (name) => `Sys.getenv("${name}")`],
  [/\.rb$/, (name) => `ENV.fetch("${name}")`],
  // Nothing is put in place of a variable between single quotes.
  [/(?:\.(?:sh|bash|zsh|ksh)|(?:^|\/)\.?(?:bash|zsh)?(?:rc|_profile|profile))$/, (name) => `"\${${name}}"`],
];

/** The same text with a variable in the place of each secret. Pure. */
export function withReferences(file: string, text: string, places: readonly SecretPlace[]): Referenced {
  const read = readings.find(([name]) => name.test(file))?.[1];
  const variables: string[] = [];
  let written = '';
  let at = 0;
  for (const place of places) {
    const name = variableAt(text, place);
    if (!variables.includes(name)) variables.push(name);
    const quoted = quotesAround(text, place);
    const from = read !== undefined && quoted ? place.from - 1 : place.from;
    written += text.slice(at, from) + (read !== undefined && quoted ? read(name) : `\${${name}}`);
    at = read !== undefined && quoted ? place.to + 1 : place.to;
  }
  return { text: written + text.slice(at), variables };
}

function quotesAround(text: string, { from, to }: SecretPlace): boolean {
  const before = text[from - 1] ?? '';
  return /["']/.test(before) && text[to] === before;
}

/** What it is assigned to says best what it is. */
function variableAt(text: string, { from, variable }: SecretPlace): string {
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
  const [, key] = /([A-Za-z_][\w-]*)["']?\s*(?:=>|[:=])\s*["']?$/.exec(line) ?? [];
  const name = key
    ?.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase();
  // Said of many things.
  const says = name !== undefined && !/^(?:API_)?(?:KEY|TOKEN|PASSWORD|SECRET|VALUE)$/.test(name);
  return (says ? name : variable) ?? name ?? 'SECRET';
}
