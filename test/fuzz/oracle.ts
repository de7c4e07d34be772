import { asksForHost, readCall } from './frame-reader.ts';
import { type Request, readRequest, valuesOf } from './request-reader.ts';
import { helperProtocol, victim } from './words.ts';

/** What an input may get, and what it must get, by the rules alone. */
export interface Judgement {
  /**
   * Whether some request in it may be answered with the victim's token. `unsure`: by the letter none, but there is
   * something in it that a lenient parser may take for one, and nothing in it that a guard objects to.
   */
  readonly entitled: 'yes' | 'no' | 'unsure';
  readonly answer:
    | { readonly kind: 'any' }
    /** An answer of any status must come. */
    | { readonly kind: 'some' }
    /** The first request breaks a rule of the guards: its answer must be a 4xx. */
    | { readonly kind: 'refusal' }
    /** A helper call: it must be ended with a status, with 2 where `broken`. */
    | { readonly kind: 'end_of_call'; readonly broken: boolean };
  /** It may have ended the victim's sign-in, or made its client secret a wrong one. */
  readonly disturbs: boolean;
}

/** Judges bytes as they go over a connection of their own. */
export function judge(bytes: Uint8Array): Judgement {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  let entitled: Judgement['entitled'] = 'no';
  let answer: Judgement['answer'] = { kind: 'any' };
  let disturbs = false;
  for (let at = 0, first = true; at < text.length; first = false) {
    const request = readRequest(text, at);
    if (request.kind !== 'request') {
      if (entitled === 'no' && seemsGood(text.slice(at))) entitled = 'unsure';
      break;
    }
    const refused = breaksGuard(request);
    if (first) answer = answerTo(request, refused, text);
    // What follows on the connection may have been meant as a part of it: the broker promises not to serve it.
    if (refused || request.method === 'CONNECT') break;
    const operation = helperOperation(request);
    if (operation !== undefined) {
      // One that announces a body is refused: where its frames begin could be read in two ways.
      if (request.end !== request.headEnd) break;
      const call = readCall(text.slice(request.end));
      if (operation === 'get' && call.whole && asksForHost(call.stdin)) entitled = 'yes';
      if (first) answer = endOfCall(call, operation);
      break;
    }
    if (request.end === undefined) break;
    if (request.method === 'POST' && pathOf(request) === `/v1/accounts/${victim}/token`) entitled = 'yes';
    disturbs ||= new RegExp(`^/v1/accounts/${victim}/(?:logout|client-secret)$`).test(pathOf(request));
    at = request.end;
  }
  return { entitled, answer, disturbs };
}

function seemsGood(rest: string): boolean {
  return /host[ \t]*:[ \t]*(?:keytray|localhost)/i.test(rest) && !/origin|referer/i.test(rest);
}

function endOfCall({ broken, whole, ended }: ReturnType<typeof readCall>, operation: string): Judgement['answer'] {
  if (broken === 'preamble') return { kind: 'end_of_call', broken: true };
  // A blank line ends a request of git's; others are read to their end.
  return broken === 'stdin' || ended || (whole && operation !== 'none')
    ? { kind: 'end_of_call', broken: false }
    : { kind: 'any' };
}

function answerTo(request: Request, refused: boolean, text: string): Judgement['answer'] {
  // Node closes on CONNECT without a word, with whatever it was about to say.
  if (request.end === undefined || text.includes('CONNECT ')) return { kind: 'any' };
  if (refused) return { kind: 'refusal' };
  // These take as long as they take.
  const slow =
    /wait|\/events|\/store\/|\/log(?:in|out)|\/helpers\//.test(request.target) || request.end > request.headEnd + 2;
  return slow ? { kind: 'any' } : { kind: 'some' };
}

/** docs/local-api.md, "What every request is judged by". */
export function breaksGuard(request: Request): boolean {
  const hosts = valuesOf(request, 'host');
  const host = hosts[0]?.toLowerCase() ?? '';
  return (
    hosts.length !== 1 ||
    !['keytray', 'localhost'].includes(host) ||
    request.headers.some(([name]) => name === 'origin' || name === 'referer') ||
    !isPlainPath(request.target)
  );
}

function isPlainPath(target: string): boolean {
  if (!target.startsWith('/') || target.startsWith('//') || /[\\#]/.test(target)) return false;
  const path = target.split('?')[0] ?? '';
  return !path.split('/').some((segment) => ['.', '..'].includes(segment.toLowerCase().replaceAll('%2e', '.')));
}

function pathOf({ target }: Request): string {
  const path = target.split('?')[0] ?? '';
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function helperOperation(request: Request): string | undefined {
  const upgrades = valuesOf(request, 'upgrade');
  const connection = valuesOf(request, 'connection').join(',').toLowerCase().split(',');
  const [, protocol, operation] = /^\/v1\/helpers\/([^/]+)\/([^/]+)$/.exec(pathOf(request)) ?? [];
  const asks = upgrades.length === 1 && upgrades[0]?.toLowerCase() === helperProtocol;
  if (!asks || request.method !== 'GET' || !connection.some((option) => option.trim() === 'upgrade')) return undefined;
  return protocol === 'git' ? operation : protocol === undefined ? undefined : 'none';
}
