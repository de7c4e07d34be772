import { parseHost } from '../config/host.ts';

/**
 * One entry of a netrc file. Its readers disagree about quotes, escapes and comments, so a word that would need them is
 * not written at all: undefined then.
 */
export function formatNetrc(entry: {
  /** `host[:port]`. The format has no place for a port. */
  readonly host: string;
  readonly login: string;
  readonly token: string;
}): string | undefined {
  const { login, token } = entry;
  // Readers look for an IPv6 address as they connect to it, without brackets.
  const machine = parseHost(entry.host)?.host.replace(/^\[(.*)\]$/, '$1');
  if (machine === undefined || !isPlainWord(login) || !isPlainWord(token)) return undefined;
  return `machine ${machine} login ${login} password ${token}\n`;
}

/** Visible, without `"`, `'` and `\`, and no comment. */
function isPlainWord(word: string): boolean {
  return /^(?!#)[\x21\x23-\x26\x28-\x5b\x5d-\x7e]+$/.test(word);
}
