import type { HelperCall } from '../../wire/helper-call.ts';
import type { Helper, HelperBroker } from '../helper.ts';
import { matchTarget, parseHostTarget } from '../host-url.ts';
import { readAll } from '../stdin-text.ts';
import { tokenText } from '../token-text.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';

const longestCredential = 65_536;

/**
 * Credentials helper of Terraform and OpenTofu: `ARGS… get|store|forget HOST`, whatever else the configuration puts
 * before it.
 */
export const terraformHelper: Helper = {
  protocol: 'terraform',
  environment: [],
  async serve(call, broker) {
    const [verb, host] = call.argv.slice(-2);
    if (host === undefined) return refuse(call, 'terraform says get, store or forget, and a host');
    switch (verb) {
      case 'get':
        return await get(call, broker, host);
      case 'store':
        await readAll(call.stdin, longestCredential);
        // Ours comes from a sign-in. A token of somebody else would be lost, and `terraform login` would not say so.
        return matchHost(broker, host).kind === 'none'
          ? refuse(call, `no account lists ${host} under terraform:, and no other token is kept here`)
          : 0;
      case 'forget':
        return 0;
      default:
        return refuse(call, `terraform says get, store or forget, not ${JSON.stringify(verb)}`);
    }
  },
};

async function get(call: HelperCall, broker: HelperBroker, host: string): Promise<number> {
  const match = matchHost(broker, host);
  switch (match.kind) {
    case 'none':
      call.stdout('{}\n');
      return 0;
    case 'insecure':
      return refuse(call, `${host} is asked over plain http`);
    case 'ambiguous': {
      const ids = match.accounts.map(({ id }) => id).join(', ');
      return refuse(call, `${ids} all answer for ${host}; list it for one of them`);
    }
    case 'one': {
      const { account } = match;
      try {
        const token = tokenText((await broker.handOut(account.id, { host })).token);
        if (token === undefined) return refuse(call, `${account.title}: no header can carry this token`);
        call.stdout(`${JSON.stringify({ token })}\n`);
        return 0;
      } catch (failure) {
        call.stderr(unavailableLine(failure, account));
        return 1;
      }
    }
  }
}

function matchHost(broker: HelperBroker, host: string) {
  const target = parseHostTarget(host);
  return target === undefined ? ({ kind: 'none' } as const) : matchTarget(target, broker.served('terraform'));
}

function refuse(call: HelperCall, line: string): number {
  call.stderr(oneLine(`keytray: ${line}`));
  return 1;
}
