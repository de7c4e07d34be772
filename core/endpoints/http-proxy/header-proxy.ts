import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SharedFlight } from '../../concurrency/shared-flight.ts';
import { Secret } from '../../secret.ts';
import { answerNothing, type Listener, type ListenerDependencies, listenOnLoopback } from '../loopback-listener.ts';
import { listenOnSocket } from '../socket-listener.ts';
import type { AllowRule } from './allow-rule.ts';
import { forward, refuse } from './forward.ts';
import { judgeHeaders } from './request-headers.ts';
import { type CredentialHeader, type Upstream, UpstreamAgent } from './upstream.ts';

export interface HeaderProxyOptions extends ListenerDependencies {
  readonly upstream: Upstream;
  /** Empty: everything. */
  readonly allow: readonly AllowRule[];
  readonly listen:
    | { readonly kind: 'any' }
    | { readonly kind: 'port'; readonly port: number }
    | { readonly kind: 'socket'; readonly path: string };
}

export interface HeaderProxy {
  /** Leads to the account's `url`, with the secret in its path; `http+unix://PATH/SECRET` on a Unix socket. */
  readonly address: string;
  /** The same as a caller may send it in a header. */
  readonly secret: Secret;
  close(): Promise<void>;
}

const mostConnections = 256;
/** Uploads take as long as they take. */
const times = { head: 30_000, request: 0 };

/**
 * An HTTP server that leads to one other and adds the account's credential to each request. Who asks proves itself by
 * a secret, in the path or where a client has a field for a key; it never sees the credential. Throws `KeytrayError`
 * `misconfigured` where it cannot listen.
 */
export async function openHeaderProxy(options: HeaderProxyOptions): Promise<HeaderProxy> {
  const { upstream, allow, listen } = options;
  const secret = new Secret(randomBytes(32).toString('base64url'));
  const agent = new UpstreamAgent(upstream, mostConnections);
  const asking = new SharedFlight<readonly CredentialHeader[]>();
  const credential = () => asking.join(() => upstream.headers());
  let authority = 'localhost';
  const serve = (incoming: IncomingMessage, response: ServerResponse): void => {
    const { url = '', rawHeaders } = incoming;
    const target = withoutSecret(url, secret);
    const proof = { secret, inPath: target !== undefined, presented: upstream.presented };
    const judged = judgeHeaders(rawHeaders, proof);
    switch (judged.kind) {
      case 'unproven':
        answerNothing(response);
        return;
      case 'refused':
        refuse(incoming, response, { status: 400, error: 'invalid_request', description: judged.why });
        return;
      case 'pass': {
        const own = `http://${authority}${target === undefined ? '' : `/${secret.reveal()}`}`;
        const request = { target: target ?? url, headers: judged.headers, own };
        void forward(incoming, response, request, { upstream, agent, allow, credential });
      }
    }
  };
  const common = { ...options, name: 'the proxy', most: mostConnections, times, serve };
  let listener: Listener;
  if (listen.kind === 'socket') listener = await listenOnSocket({ ...common, path: listen.path });
  else {
    const opened = await listenOnLoopback({ ...common, port: listen.kind === 'port' ? listen.port : 0 });
    authority = `127.0.0.1:${opened.port}`;
    listener = opened;
  }
  const close = async (): Promise<void> => {
    await listener.close();
    agent.destroy();
  };
  const place = listen.kind === 'socket' ? `http+unix://${encodeURIComponent(listen.path)}` : `http://${authority}`;
  return { address: `${place}/${secret.reveal()}`, secret, close };
}

/** Undefined where the first part of the path is not the secret. */
function withoutSecret(target: string, secret: Secret): string | undefined {
  const [, first = '', rest = ''] = /^\/([^/?#]*)(.*)$/s.exec(target) ?? [];
  if (!secret.equals(new Secret(first))) return undefined;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
