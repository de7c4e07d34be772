import { parseHost } from '../../config/host.ts';
import { isLoopback } from '../../platform/loopback-host.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { urlHint } from '../account-names.ts';
import { type ChosenAccount, chooseForUrl } from '../chosen-account.ts';
import type { Helper, HelperBroker, ServedAccount } from '../helper.ts';
import { tokenText } from '../token-text.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';
import { formatKeyringAnswer, type KeyringGet, readKeyringGet } from './pip-arguments.ts';

/**
 * The command `keyring`, for pip and uv. Whatever is not `get` for a host of ours goes on to the keyring behind us:
 * other programs keep passwords of their own there.
 */
export const pipHelper: Helper = {
  protocol: 'pip',
  environment: [],
  async serve(call, broker) {
    const asked = readKeyringGet(call.argv);
    if (asked === undefined) return passOn(call);
    const chosen = choose(asked, broker);
    switch (chosen.kind) {
      case 'not_listed':
        return passOn(call);
      case 'refused':
        call.stderr(chosen.line);
        return 1;
      case 'account':
        return await answer(call, broker, asked, chosen);
    }
  },
};

function passOn(call: HelperCall): number {
  call.become({ name: 'keyring', argv: undefined, variables: {}, files: {} });
  return 0;
}

/**
 * After the URL of an index pip asks again with its `host:port` alone. That tells neither path nor scheme, so it
 * counts as the whole host, and only where the token would not leave this machine.
 */
function choose({ service, username }: KeyringGet, broker: HelperBroker): ChosenAccount {
  const isUrl = /^https?:\/\//i.test(service);
  if (!isUrl && !isLoopback(parseHost(service)?.host ?? '')) return { kind: 'not_listed' };
  const url = isUrl ? service : `http://${service}/`;
  const remedy = (host: string, accounts: readonly ServedAccount[]) => urlHint(host, accounts, username);
  return chooseForUrl(broker, { family: 'pip', id: undefined, url, username, remedy });
}

async function answer(
  call: HelperCall,
  broker: HelperBroker,
  asked: KeyringGet,
  { account, target }: ChosenAccount & { kind: 'account' },
): Promise<number> {
  try {
    const { token, username } = await broker.handOut(account.id, { host: target });
    const password = tokenText(token);
    const user = asked.username ?? username;
    // RFC 7617 §2.
    if (password === undefined || /[:\p{Cc}]/u.test(user)) {
      call.stderr(oneLine(`keytray: ${account.title}: Basic cannot carry this token or user name`));
      return 1;
    }
    call.stdout(formatKeyringAnswer(asked, user, password));
    return 0;
  } catch (failure) {
    call.stderr(unavailableLine(failure, account));
    return 1;
  }
}
