import { gitHost } from './words.ts';

/** Frames of a helper call read by the letter of docs/local-api.md, apart from the code under attack. */
export interface ReadCall {
  /** The frames break a rule; before the working directory, or later. */
  readonly broken: 'no' | 'preamble' | 'stdin';
  /** The working directory and a whole request on stdin came before anything broke. */
  readonly whole: boolean;
  /** The end of stdin came. */
  readonly ended: boolean;
  readonly stdin: string;
}

const largest = 64 * 1024;

/** `text`: what follows the request that upgrades, a character for a byte. */
export function readCall(text: string): ReadCall {
  let at = 0;
  let started = false;
  let ended = false;
  let stdin = '';
  const result = (broken: boolean): ReadCall => ({
    broken: broken ? (started ? 'stdin' : 'preamble') : 'no',
    whole: started && (ended || /^\n|\n\n/.test(stdin)),
    ended,
    stdin,
  });
  while (at < text.length) {
    const type = text[at] ?? '';
    if (!'AECIZ'.includes(type)) return result(true);
    if (at + 5 > text.length) return result(false);
    const length = Buffer.from(text.slice(at + 1, at + 5), 'latin1').readUInt32BE();
    if (length > (type === 'E' ? 2 * largest : largest)) return result(true);
    if (at + 5 + length > text.length) return result(false);
    const content = text.slice(at + 5, at + 5 + length);
    at += 5 + length;
    const allowed = ended ? '' : started ? 'IZ' : 'AEC';
    if (!allowed.includes(type)) return result(true);
    if ('AEC'.includes(type) && content.includes('\0')) return result(true);
    if (type === 'E' && !/^[A-Za-z_][A-Za-z0-9_]*=/.test(content)) return result(true);
    if (type === 'Z' && length > 0) return result(true);
    if (type === 'C') started = true;
    if (type === 'I') stdin += content;
    if (type === 'Z') ended = true;
  }
  return result(false);
}

/** git-credential(1): whether this asks for the victim's host over HTTPS. Only what is certain counts as not asking. */
export function asksForHost(stdin: string): boolean {
  const end = stdin.startsWith('\n') ? 0 : stdin.indexOf('\n\n');
  const lines = (end === -1 ? stdin : stdin.slice(0, end)).split('\n').filter((line) => line !== '');
  if (lines.some((line) => /[\r\0]/.test(line) || !line.includes('='))) return false;
  const last = (key: string): string | undefined =>
    lines.findLast((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
  return (
    last('protocol') === 'https' &&
    last('host')
      ?.toLowerCase()
      .replace(/:0*443$/, '') === gitHost
  );
}
