import { parseHost } from '../../config/host.ts';
import { parseHostPattern } from '../../config/host-pattern.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { chooseForUrl } from '../chosen-account.ts';
import type { Helper, HelperBroker, ServedAccount } from '../helper.ts';
import { parseTarget, type Target } from '../host-url.ts';
import { readOptions } from '../options.ts';
import { tokenText } from '../token-text.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';

const usage = 'keytray helper go get [--account=ID] [URL]';

/**
 * A command of GOAUTH (Go 1.24 and later). Go asks without a URL first and is given nothing: a token goes to servers
 * that have refused a request, and to no others. It asks again then, with the URL; the server's answer on stdin says
 * nothing more.
 */
export const goHelper: Helper = {
  protocol: 'go',
  environment: [],
  async serve(call, broker) {
    const options = readOptions(call.argv, ['account']);
    if (options.kind === 'unknown') return refuse(call, `not understood: ${options.argument}; usage: ${usage}`);
    const [verb, url, ...others] = options.words;
    if (verb !== 'get' || others.length > 0) return refuse(call, `usage: ${usage}`);
    if (url === undefined) return 0;
    return await answer(call, broker, url, options.values.get('account'));
  },
};

async function answer(call: HelperCall, broker: HelperBroker, url: string, id: string | undefined): Promise<number> {
  const target = parseTarget(url);
  // Go ends where a prefix is no https.
  if (target?.protocol !== 'https') return 0;
  const chosen = chooseForUrl(broker, { family: 'go', id, url });
  switch (chosen.kind) {
    case 'not_listed':
      return 0;
    case 'refused':
      call.stderr(chosen.line);
      return 1;
    case 'account': {
      const { account } = chosen;
      try {
        const token = tokenText((await broker.handOut(account.id, { host: target.host })).token);
        if (token === undefined) return refuse(call, `${account.title}: no header can carry this token`);
        call.stdout(`${prefixFor(target, account)}\n\nAuthorization: Bearer ${token}\n\n`);
        return 0;
      } catch (failure) {
        call.stderr(unavailableLine(failure, account));
        return 1;
      }
    }
  }
}

/** Go sends the header to everything below: the whole host only where the account lists the whole host. */
function prefixFor({ host, path }: Target, account: ServedAccount): string {
  const asked = parseHost(host);
  const listsWhole = account.hosts
    .map(parseHostPattern)
    .some(
      (pattern) =>
        pattern !== undefined &&
        pattern.host === asked?.host &&
        (pattern.port ?? 443) === (asked.port ?? 443) &&
        pattern.prefix.length === 0 &&
        !pattern.below,
    );
  return listsWhole ? `https://${host}` : `https://${host}${path ?? ''}`;
}

function refuse(call: HelperCall, line: string): number {
  call.stderr(oneLine(`keytray: ${line}`));
  return 1;
}
