/** One `key "label" = value` or `key "label" { … }`. */
export interface HclItem {
  /** The key and its labels. */
  readonly keys: readonly string[];
  readonly from: number;
  /** One too far. */
  readonly to: number;
  /** What is in its object; none for another value. */
  readonly items: readonly HclItem[];
}

export class HclProblem extends Error {
  /** From 1. */
  readonly line: number;
  constructor(text: string, at: number) {
    super('not HCL');
    this.line = text.slice(0, at).split('\n').length;
  }
}

const blanks = /(?:[ \t\r\n]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const name = /[\p{L}_][\p{L}\p{Nd}_.-]*/uy;
const number = /-?[0-9][\w.+-]*/y;
const heredoc = /<<-?([\p{L}\p{Nd}]+)\r*\n/uy;

/** Deeper than any configuration, and no danger to the stack. */
const deepest = 64;

/**
 * The items of a text in HCL 1, which Terraform and OpenTofu read their command line's configuration with
 * (hashicorp/hcl, `hcl/parser`). Throws `HclProblem` for what they end with an error for.
 */
export function hclItems(text: string): readonly HclItem[] {
  let at = 0;

  const fail = (): never => {
    throw new HclProblem(text, at);
  };
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    at += found?.[0].length ?? 0;
    return found;
  };
  const skip = (): void => {
    take(blanks);
  };
  const takeMark = (mark: string): boolean => {
    if (text[at] !== mark) return false;
    at += 1;
    skip();
    return true;
  };

  /** With `${…}` in it, where quotes count for nothing. */
  const takeString = (): string => {
    const from = at;
    let braces = 0;
    for (at += 1; at < text.length; at += 1) {
      const sign = text[at];
      if (sign === '\n' && braces === 0) fail();
      if (sign === '"' && braces === 0) {
        at += 1;
        return unquoted(text.slice(from, at));
      }
      if (braces === 0 && sign === '$' && text[at + 1] === '{') {
        braces += 1;
        at += 1;
      } else if (braces > 0 && sign === '{') braces += 1;
      else if (braces > 0 && sign === '}') braces -= 1;
      else if (sign === '\\') at += 1;
    }
    return fail();
  };

  const takeKey = (): string | undefined => (text[at] === '"' ? takeString() : take(name)?.[0]);

  const takeValue = (depth: number): readonly HclItem[] => {
    if (depth > deepest) fail();
    if (takeMark('{')) return takeItems(depth, '}');
    if (takeMark('[')) {
      while (text[at] !== ']') {
        takeValue(depth + 1);
        skip();
        if (!takeMark(',') && text[at] !== ']') fail();
      }
      at += 1;
    } else if (text[at] === '"') takeString();
    else {
      const mark = take(heredoc)?.[1];
      if (mark !== undefined) {
        const end = new RegExp(`^\\s*${mark}\\r*\\n`, 'm').exec(text.slice(at)) ?? fail();
        at += end.index + end[0].length;
      } else if (take(number) === undefined && !['true', 'false'].includes(take(name)?.[0] ?? '')) fail();
    }
    return [];
  };

  const takeItem = (depth: number): HclItem => {
    const from = at;
    const keys: string[] = [];
    for (let key = takeKey(); key !== undefined; key = takeKey()) {
      keys.push(key);
      skip();
    }
    // A value stands behind one key alone, an object also behind labels.
    if (keys.length === 0 || (text[at] !== '{' && (keys.length > 1 || !takeMark('=')))) fail();
    const items = takeValue(depth + 1);
    return { keys, from, to: at, items };
  };

  const takeItems = (depth: number, end: '}' | ''): readonly HclItem[] => {
    const items: HclItem[] = [];
    for (skip(); at < text.length && text[at] !== end; skip()) {
      items.push(takeItem(depth));
      skip();
      takeMark(',');
    }
    if (end !== '' && text[at] !== end) fail();
    at += end.length;
    return items;
  };

  return takeItems(0, '');
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}
