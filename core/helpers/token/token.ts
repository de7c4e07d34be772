import { KeytrayError } from '../../errors.ts';
import { failureView } from '../../failures/failure-view.ts';
import { headerLines } from '../header-lines.ts';
import type { Helper } from '../helper.ts';
import { tokenText } from '../token-text.ts';

/**
 * `keytray token ACCOUNT …`, for the native client: what everybody asks, answered at once. Whatever else there is to
 * answer is left to the command line, which runs where this ends with anything but 0. A failure goes there too, as the
 * local API would tell it: asking again could end differently, and a refresh that fails twice by force ends a login.
 */
export const tokenHelper: Helper = {
  protocol: 'token',
  environment: [],
  async serve(call, broker) {
    const wish = readWish(call.argv);
    if (call.operation !== 'get' || wish === undefined) return notHere;
    if (broker.named(wish.account) === undefined) return notHere;
    try {
      const handedOut = await broker.handOut(wish.account, {
        token: wish.kind,
        minTtl: wish.minTtl,
        force: wish.force,
      });
      const text = tokenText(handedOut.token);
      // Of several values the caller has to name one.
      if (text === undefined || (!wish.header && handedOut.headers().length > 1)) return notHere;
      call.stdout(wish.header ? headerLines(handedOut.headers()) : `${text}\n`);
      return 0;
    } catch (failure) {
      if (failure instanceof KeytrayError) call.stderr(JSON.stringify(failureView(failure)));
      return notHere;
    }
  },
};

const notHere = 1;
/** Seconds, as `keytray token` takes them. */
const longest = 86_400;

export interface TokenWish {
  readonly account: string;
  readonly kind: 'access' | 'id';
  readonly minTtl: number | undefined;
  readonly force: boolean;
  readonly header: boolean;
}

/** Undefined for what is for the command line to read. */
export function readWish(argv: readonly string[]): TokenWish | undefined {
  let account: string | undefined;
  let kind: 'access' | 'id' = 'access';
  let minTtl: number | undefined;
  let force = false;
  let header = false;
  const words = argv.flatMap((word) => (/^--(?:format|min-ttl)=/.test(word) ? splitOption(word) : [word]));
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--id') kind = 'id';
    else if (word === '--force') force = true;
    else if (word === '--format' || word === '--min-ttl') {
      index += 1;
      const value = words[index] ?? '';
      if (word === '--min-ttl') {
        if (!/^\d{1,6}$/.test(value) || Number(value) > longest) return undefined;
        minTtl = Number(value);
      } else {
        if (value !== 'raw' && value !== 'header') return undefined;
        header = value === 'header';
      }
    } else if (account === undefined && /^[a-z0-9]/.test(word)) account = word;
    else return undefined;
  }
  return account === undefined ? undefined : { account, kind, minTtl, force, header };
}

function splitOption(word: string): readonly string[] {
  const end = word.indexOf('=');
  return [word.slice(0, end), word.slice(end + 1)];
}
