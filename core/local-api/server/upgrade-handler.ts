import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { KeytrayError } from '../../errors.ts';
import type { Logger } from '../../ports.ts';
import type { BrokerApi } from '../../wire/broker-api.ts';
import type { UpgradeRequest } from '../helper-stream/helper-opening.ts';
import { type HelperConnection, serveHelper } from '../helper-stream/helper-upgrade.ts';
import { IdleCalls } from '../helper-stream/idle-calls.ts';
import { endAfter } from '../socket/linger.ts';
import type { ConnectionTable } from './connection-table.ts';
import { errorResponse, RequestRefused, rawErrorResponse } from './error-response.ts';
import { judgeHead, judgePeer } from './guards.ts';
import type { Quotas } from './quotas.ts';
import { hasBody } from './request-body.ts';
import type { Peers } from './request-handler.ts';
import { helperUpgrade } from './routes/helpers.ts';

export interface UpgradeHandlerOptions {
  readonly broker: BrokerApi;
  readonly uid: number;
  readonly peers: Peers;
  readonly connections: ConnectionTable;
  readonly quotas: Pick<Quotas, 'helpers' | 'largeInputs'>;
  readonly logger: Logger;
  readonly timeouts: HelperConnection['timeouts'];
  /** Connections that have left HTTP, for the end of the server. */
  readonly apart: Set<Socket>;
}

export type UpgradeHandler = (request: UpgradeRequest, socket: Duplex, head: Buffer) => void;

export function asksForHelper(request: UpgradeRequest): boolean {
  return namesHelper(request) && helperPath(request.url ?? '') !== undefined;
}

function namesHelper({ headers }: UpgradeRequest): boolean {
  return headers.upgrade?.toLowerCase() === helperUpgrade;
}

/** Guards first, as for every request; then the switch of protocols (RFC 9110 section 7.8). */
export function createUpgradeHandler(options: UpgradeHandlerOptions): UpgradeHandler {
  const { broker, uid, peers, connections, quotas, logger, timeouts, apart } = options;
  const idle = new IdleCalls();
  return (request, socket, head) => {
    // Node types it wider, for servers that are fed other streams.
    if (!(socket instanceof Socket)) return;
    apart.add(socket);
    socket.once('close', () => apart.delete(socket));
    // It would overtake the answer that is due; and behind a refused request it may have been meant as a part of that.
    if (connections.closeBehindAnswers(socket)) {
      readOn(socket);
      return;
    }
    try {
      const consumer = peers.get(socket);
      const refusal =
        judgePeer(consumer, uid) ??
        judgeHead({
          target: request.url ?? '',
          version: request.httpVersion,
          rawHeaders: request.rawHeaders,
        });
      if (refusal !== undefined) throw refusal;
      if (consumer === undefined) throw new KeytrayError('access_denied', 'the caller is unknown');
      // Where its body ends, and the frames begin, could be read in two ways.
      if (hasBody(request)) throw new RequestRefused(400, 'a request to upgrade has no body');
      if (request.method !== 'GET') throw new RequestRefused(405, 'this path answers GET', { Allow: 'GET' });
      const path = helperPath(request.url ?? '');
      if (path === undefined || !namesHelper(request)) {
        throw new RequestRefused(400, `only ${helperUpgrade} is spoken here`);
      }
      const { helpers } = quotas;
      // No call goes for a program that has too many already.
      if (helpers.withinShare(consumer.pid) && !helpers.hasRoom()) idle.endOldest();
      const release = helpers.take(consumer.pid);
      socket.once('close', release);
      connections.busy(socket);
      // What the helper knows at once goes with it: a caller that is woken once has its answer sooner.
      socket.cork();
      setImmediate(() => socket.uncork());
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${helperUpgrade}\r\n\r\n`);
      serveHelper({
        ...{ socket, head, ...path, consumer, broker, logger, timeouts, idle, release },
        largeInputs: quotas.largeInputs,
      });
    } catch (failure) {
      refuse(socket, rawErrorResponse(errorResponse(failure, logger)), timeouts.linger);
    }
  };
}

/** Answers and reads on, because closing over unread bytes would take the answer with it. */
export function refuse(socket: Socket, answer: string, linger: number): void {
  readOn(socket);
  socket.end(answer);
  endAfter(socket, linger);
}

/** And forgets what is read; HTTP no longer sees when the caller has gone. */
function readOn(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.once('end', () => socket.destroy());
  socket.resume();
}

function helperPath(target: string): { readonly protocol: string; readonly operation: string } | undefined {
  const match = /^\/v1\/helpers\/([a-z0-9-]{1,64})\/([^/?#]{1,256})$/.exec(target);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  try {
    return { protocol: match[1], operation: decodeURIComponent(match[2]) };
  } catch {
    return undefined;
  }
}
