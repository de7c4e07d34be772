/** One header or entry of git's configuration and the bytes it stands on (one character per byte). */
export interface GitItem {
  readonly kind: 'header' | 'entry' | 'comment';
  /** `credential.https://a`, the section's own part in lower case; of an entry, that of its section. */
  readonly section: string;
  /** In lower case; empty but for an entry. */
  readonly key: string;
  readonly value: string;
  readonly from: number;
  /** One too far; the end of the line is not in it. */
  readonly to: number;
}

const header = /\[\s*([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?\s*\]/y;
const name = /([A-Za-z][A-Za-z0-9-]*)[ \t]*(=?)/y;

function matched(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * The parts of a configuration by git's grammar (git-config(1), SYNTAX): several headers on one line, an entry on its
 * section's line, values that are quoted or go on after a backslash. It ends at what git would not read either.
 */
export function scanGitConfig(text: string): readonly GitItem[] {
  const items: GitItem[] = [];
  let section = '';
  let at = text.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (/\s/.test(character)) {
      at += 1;
      continue;
    }
    const from = at;
    if (character === '#' || character === ';') {
      at = lineEnd(text, at);
      items.push({ kind: 'comment', section, key: '', value: '', from, to: at });
      continue;
    }
    const head = matched(header, text, at);
    if (head !== null) {
      const [whole, word = '', sub] = head;
      section = sub === undefined ? word.toLowerCase() : `${word.toLowerCase()}.${sub.replace(/\\(.)/g, '$1')}`;
      at += whole.length;
      items.push({ kind: 'header', section, key: '', value: '', from, to: at });
      continue;
    }
    const entry = matched(name, text, at);
    if (entry === null) return items;
    const [whole, key = '', equals] = entry;
    const { value, to } = equals === '' ? { value: 'true', to: lineEnd(text, at) } : valueAt(text, at + whole.length);
    at = to;
    items.push({ kind: 'entry', section, key: key.toLowerCase(), value, from, to });
  }
  return items;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function valueAt(text: string, start: number): { readonly value: string; readonly to: number } {
  let value = '';
  let kept = 0;
  let quoted = false;
  let at = start;
  while (at < text.length && text[at] !== '\n') {
    const character = text[at] ?? '';
    if (character === '\\') {
      const goesOn = matched(/\\\r?\n/y, text, at)?.[0];
      if (goesOn === undefined) {
        value += { n: '\n', t: '\t', b: '\b' }[text[at + 1] ?? ''] ?? text[at + 1] ?? '';
        kept = value.length;
      }
      at += goesOn?.length ?? 2;
      continue;
    }
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '#' || character === ';'))
      return { value: value.slice(0, kept), to: lineEnd(text, at) };
    else if (quoted || !/\s/.test(character)) {
      value += character;
      kept = value.length;
    } else if (value !== '') value += character;
    at += 1;
  }
  return { value: value.slice(0, kept), to: Math.min(at, text.length) };
}
