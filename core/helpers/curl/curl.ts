import { Secret } from '../../secret.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { chooseForUrl, notListedLine } from '../chosen-account.ts';
import { fetchToken, refuse } from '../generic/generic-answer.ts';
import { headerLines } from '../header-lines.ts';
import type { CredentialHeader, Helper, HelperBroker } from '../helper.ts';
import { parseTarget } from '../host-url.ts';
import { formatNetrc } from '../netrc.ts';
import { readOptions } from '../options.ts';
import { splitUserName } from '../url-user.ts';

const operations = ['config', 'header', 'netrc', 'wget'] as const;
type Operation = (typeof operations)[number];

const usage = 'keytray helper curl config|header|netrc URL [--account=ID], or wget URL [--account=ID] [-- OPTIONS…]';

/** Others curl would read too, but perhaps not as we do. */
const addressForm = 'write https://HOST/PATH, without password, fragment, backslash or blank';

/**
 * What curl reads from a pipe, so that the token stands in nobody's arguments: `-K -` (config), `-H @-` (header),
 * `--netrc-file` (netrc, for servers that only know Basic). wget reads no pipe, so that the client becomes wget, with a
 * file on no disk.
 */
export const curlHelper: Helper = {
  protocol: 'curl',
  environment: [],
  async serve(call, broker) {
    const options = readOptions(call.argv, ['account']);
    if (options.kind === 'unknown') return refuse(call, `not understood: ${options.argument}; usage: ${usage}`);
    const [word, text, ...others] = options.words;
    const operation = operations.find((candidate) => candidate === word);
    if (operation === undefined || text === undefined || (others.length > 0 && operation !== 'wget'))
      return refuse(call, `usage: ${usage}`);
    return answer(call, broker, { operation, text, others, id: options.values.get('account') });
  },
};

interface Question {
  readonly operation: Operation;
  /** The URL as it was given. */
  readonly text: string;
  /** For wget. */
  readonly others: readonly string[];
  readonly id: string | undefined;
}

async function answer(call: HelperCall, broker: HelperBroker, question: Question): Promise<number> {
  const { operation, text, id } = question;
  const { url, username } = splitUserName(text);
  const wanted = { family: 'curl', id, url, username } as const;
  const chosen = chooseForUrl(broker, wanted);
  switch (chosen.kind) {
    case 'not_listed': {
      const target = parseTarget(url);
      if (target === undefined) return refuse(call, `not a whole address; ${addressForm}`);
      call.stderr(notListedLine(wanted, target.host));
      return 2;
    }
    case 'refused':
      call.stderr(chosen.line);
      return 2;
    case 'account': {
      const { account, target } = chosen;
      const fetched = await fetchToken(call, broker, account, { host: target });
      if (fetched.kind === 'none') return fetched.status;
      const { token, handedOut } = fetched;
      const headers = handedOut.headers();
      if (operation === 'wget') {
        becomeWget(call, [...question.others, text], headers);
        return 0;
      }
      const formatted = formatFor(operation, { host: target, login: handedOut.username, token, headers });
      if (formatted === undefined) return refuse(call, `${account.title}: a netrc file cannot carry this; use config`);
      call.stdout(formatted);
      return 0;
    }
  }
}

/** wget sends such a header to whatever host it is redirected to. */
function becomeWget(call: HelperCall, argv: readonly string[], headers: readonly CredentialHeader[]): void {
  const lines = headers.map(({ name, value }) => `header = ${name}: ${value.reveal()}\n`).join('');
  const file = new Secret(`${lines}max_redirect = 0\n`);
  call.become({ name: 'wget', argv, variables: {}, files: { WGETRC: file } });
}

interface Answer {
  readonly host: string;
  readonly login: string;
  readonly token: string;
  readonly headers: readonly CredentialHeader[];
}

/** Undefined where the form cannot carry it. */
function formatFor(operation: Exclude<Operation, 'wget'>, answer: Answer): string | undefined {
  const { headers, token } = answer;
  const bearer = isBearer(headers, token);
  switch (operation) {
    case 'config':
      if (bearer) return `oauth2-bearer = ${quoted(token)}\n`;
      return headers.map(({ name, value }) => `header = ${quoted(`${name}: ${value.reveal()}`)}\n`).join('');
    case 'header':
      return headerLines(headers);
    case 'netrc':
      // User and password: what a service takes that wants the token as a bearer.
      return bearer ? formatNetrc(answer) : undefined;
  }
}

/** RFC 6750 §2.1. */
function isBearer(headers: readonly CredentialHeader[], token: string): boolean {
  const [first, ...others] = headers;
  return others.length === 0 && first?.name === 'Authorization' && first.value.equals(new Secret(`Bearer ${token}`));
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
