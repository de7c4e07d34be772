import { Secret } from '../../secret.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { chooseForUrl, notListedLine } from '../chosen-account.ts';
import { fetchToken, refuse } from '../generic/generic-answer.ts';
import type { Helper, HelperBroker } from '../helper.ts';
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
      if (operation === 'wget') {
        becomeWget(call, [...question.others, text], token);
        return 0;
      }
      const formatted = formatFor(operation, { host: target, login: handedOut.username, token });
      if (formatted === undefined) return refuse(call, `${account.title}: a netrc file cannot carry this; use config`);
      call.stdout(formatted);
      return 0;
    }
  }
}

/** wget sends such a header to whatever host it is redirected to. */
function becomeWget(call: HelperCall, argv: readonly string[], token: string): void {
  const file = new Secret(`header = Authorization: Bearer ${token}\nmax_redirect = 0\n`);
  call.become({ name: 'wget', argv, variables: {}, files: { WGETRC: file } });
}

function formatFor(
  operation: Exclude<Operation, 'wget'>,
  answer: { readonly host: string; readonly login: string; readonly token: string },
): string | undefined {
  switch (operation) {
    case 'config':
      return `oauth2-bearer = "${answer.token.replace(/["\\]/g, '\\$&')}"\n`;
    case 'header':
      return `Authorization: Bearer ${answer.token}\n`;
    case 'netrc':
      return formatNetrc(answer);
  }
}
