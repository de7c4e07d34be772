import type { HelperCall } from '../../wire/helper-call.ts';
import { chooseForUrl, notListedLine } from '../chosen-account.ts';
import { expiryFor } from '../git/git-answer.ts';
import type { HandedOut, Helper } from '../helper.ts';
import { readOptions } from '../options.ts';
import { tokenText } from '../token-text.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';
import { formatExecCredential, parseExecInfo } from './kubernetes-exec.ts';

const usage = 'keytray helper kubernetes get [--account=ID] [--id]';

/** Some clients are asked for it and never say (kubernetes for Python 22), so that the setting alone is no advice. */
const noCluster =
  'the client does not say for which cluster; set provideClusterInfo: true in the kubeconfig, or update the client where it is set already';

export interface KubernetesHelperOptions {
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Exec plugin of client-go. A kubeconfig is somebody's program: which server the token goes to is believed only where
 * kubectl says it (`provideClusterInfo: true`) and an account lists it.
 */
export function createKubernetesHelper({ now }: KubernetesHelperOptions): Helper {
  return {
    protocol: 'kubernetes',
    environment: ['KUBERNETES_EXEC_INFO'],
    async serve(call, broker) {
      const options = readOptions(
        call.argv.filter((word) => word !== '--id'),
        ['account'],
      );
      if (options.kind === 'unknown') return refuse(call, `not understood: ${options.argument}; usage: ${usage}`);
      if (call.operation !== 'get' || options.words.length !== 1) return refuse(call, `usage: ${usage}`);
      const info = parseExecInfo(call.env.KUBERNETES_EXEC_INFO);
      if (info.kind === 'malformed') return refuse(call, info.reason);
      if (info.server === undefined) {
        return refuse(call, noCluster);
      }

      const wanted = { family: 'kubernetes', id: options.values.get('account'), url: info.server } as const;
      const chosen = chooseForUrl(broker, wanted);
      switch (chosen.kind) {
        case 'not_listed':
          call.stderr(notListedLine(wanted, info.server));
          return 1;
        case 'refused':
          call.stderr(chosen.line);
          return 1;
        case 'account': {
          const { account, target } = chosen;
          const kind = call.argv.includes('--id') ? 'id' : 'access';
          let handedOut: HandedOut;
          try {
            handedOut = await broker.handOut(account.id, { host: target, token: kind });
          } catch (failure) {
            call.stderr(unavailableLine(failure, account));
            return 1;
          }
          const token = tokenText(handedOut.token);
          if (token === undefined) return refuse(call, `${account.title}: no header can carry this token`);
          call.stdout(formatExecCredential(info.apiVersion, token, expiryFor(handedOut.expiresAt, now())));
          return 0;
        }
      }
    },
  };
}

export const kubernetesHelper: Helper = createKubernetesHelper({ now: Date.now });

function refuse(call: HelperCall, line: string): number {
  call.stderr(oneLine(`keytray: ${line}`));
  return 1;
}
