import type { HelperCall } from '../../wire/helper-call.ts';
import { chooseForUrl } from '../chosen-account.ts';
import { expiryFor } from '../git/git-answer.ts';
import type { HandedOut, Helper } from '../helper.ts';
import { rfc3339 } from '../kubernetes/kubernetes-exec.ts';
import { parseJson, readAll } from '../stdin-text.ts';
import { tokenText } from '../token-text.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';

const longestRequest = 65_536;

/** Bazel calls its helper without arguments of ours. */
const remedy = (): string => 'list it for one of them';

export interface BazelHelperOptions {
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/** The credential-helper specification of EngFlow, as Bazel and the remote-apis SDKs speak it. */
export function createBazelHelper({ now }: BazelHelperOptions): Helper {
  return {
    protocol: 'bazel',
    environment: [],
    async serve(call, broker) {
      if (call.operation !== 'get') {
        return refuse(call, `bazel asks for get, not ${JSON.stringify(call.operation)}`);
      }
      const uri = uriIn(parseJson(await readAll(call.stdin, longestRequest)));
      if (uri === undefined) return refuse(call, 'refused a malformed request of bazel');
      // gRPC is HTTP/2 with a name of its own.
      const url = uri.replace(/^grpc(s?):\/\//i, 'http$1://');
      const chosen = chooseForUrl(broker, { family: 'bazel', id: undefined, url, remedy });
      switch (chosen.kind) {
        case 'not_listed':
          // An error would end the build: without a scope, bazel asks about every address.
          call.stdout('{}\n');
          return 0;
        case 'refused':
          call.stderr(chosen.line);
          return 1;
        case 'account':
          break;
      }
      const { account, target } = chosen;
      let handedOut: HandedOut;
      try {
        handedOut = await broker.handOut(account.id, { host: target });
      } catch (failure) {
        call.stderr(unavailableLine(failure, account));
        return 1;
      }
      const token = tokenText(handedOut.token);
      if (token === undefined) return refuse(call, `${account.title}: no header can carry this token`);
      call.stdout(formatHeaders(token, expiryFor(handedOut.expiresAt, now())));
      return 0;
    },
  };
}

export const bazelHelper: Helper = createBazelHelper({ now: Date.now });

function uriIn(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null || !('uri' in request)) return undefined;
  return typeof request.uri === 'string' ? request.uri : undefined;
}

function formatHeaders(token: string, expires: number | undefined): string {
  const headers = { Authorization: [`Bearer ${token}`] };
  return `${JSON.stringify(expires === undefined ? { headers } : { headers, expires: rfc3339(expires) })}\n`;
}

function refuse(call: HelperCall, line: string): number {
  call.stderr(oneLine(`keytray: ${line}`));
  return 1;
}
