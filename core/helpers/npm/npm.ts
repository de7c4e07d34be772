import { type ChosenAccount, chooseForName, chooseForUrl, notListedLine } from '../chosen-account.ts';
import type { Helper, HelperBroker } from '../helper.ts';
import { readOnlyOptions } from '../options.ts';
import { tokenText } from '../token-text.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';

/**
 * pnpm's `tokenHelper`. pnpm 6 to 10 gives no arguments, so that one account alone can serve npm there; from 11 on
 * `--account=ID` and `--registry=URL` tell. Neither generation says by itself which registry it asks for.
 */
export const npmHelper: Helper = {
  protocol: 'npm',
  environment: [],
  async serve(call, broker) {
    const options = readOnlyOptions(call.argv, ['account', 'registry']);
    if (options.kind === 'unknown') {
      call.stderr(oneLine(`keytray: unknown argument ${options.argument}`));
      return 2;
    }
    const id = options.values.get('account');
    const registry = options.values.get('registry');
    const chosen = choose(broker, id, registry);
    switch (chosen.kind) {
      case 'not_listed':
        call.stderr(notListedLine({ family: 'npm', id }, registry));
        return 1;
      case 'refused':
        call.stderr(chosen.line);
        return 1;
      case 'account':
        break;
    }
    const { account, target } = chosen;
    try {
      const text = tokenText((await broker.handOut(account.id, { host: target })).token);
      if (text === undefined) {
        call.stderr(oneLine(`keytray: ${account.title}: no header can carry this token`));
        return 1;
      }
      // pnpm before 11 takes the whole header from here; the later ones leave a scheme as it is.
      call.stdout(`Bearer ${text}\n`);
      return 0;
    } catch (failure) {
      call.stderr(unavailableLine(failure, account));
      return 1;
    }
  },
};

function choose(broker: HelperBroker, id: string | undefined, registry: string | undefined): ChosenAccount {
  return registry === undefined
    ? chooseForName(broker, { family: 'npm', id, name: undefined })
    : chooseForUrl(broker, { family: 'npm', id, url: registry });
}
