import { KeytrayError } from '../../errors.ts';
import { readRequestPath } from './request-path.ts';

/** What a caller may ask for: `GET /v1/*`. */
export interface AllowRule {
  /** Upper case; `*`: any. */
  readonly method: string;
  /** Decoded; `*` stands for any characters, slashes too. */
  readonly pattern: string;
}

/** Throws `KeytrayError` `invalid_request`. */
export function parseAllowRule(text: string): AllowRule {
  const [, method, pattern] = /^(\*|[A-Za-z]+) +(\/\S*)$/.exec(text.trim()) ?? [];
  if (method === undefined || pattern === undefined) throw notARule(text, "write 'METHOD /path/*'");
  if (/[?%]/.test(pattern)) throw notARule(text, 'write the path decoded and without a query');
  const path = readRequestPath(encodeURI(pattern));
  if (path.kind === 'refused' || path.decoded !== pattern) throw notARule(text, 'no request can have this path');
  return { method: method.toUpperCase(), pattern };
}

function notARule(text: string, advice: string): KeytrayError {
  return new KeytrayError('invalid_request', `not a rule for --allow: ${JSON.stringify(text)}`, { advice });
}

/** Without rules everything is allowed. `path` is decoded. */
export function isAllowed(rules: readonly AllowRule[], method: string, path: string): boolean {
  return (
    rules.length === 0 ||
    rules.some((rule) => (rule.method === '*' || rule.method === method) && matches(rule.pattern, path))
  );
}

/** In one pass: a pattern of many stars must not take time by itself. */
function matches(pattern: string, path: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return path === first;
  if (!path.startsWith(first) || !path.endsWith(last)) return false;
  let at = first.length;
  const end = path.length - last.length;
  for (const part of others) {
    const found = path.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= end;
}
