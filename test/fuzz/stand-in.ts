import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import path from 'node:path';
import { createGitHelper } from '../../core/helpers/git/git.ts';
import type { HelperBroker, ServedAccount } from '../../core/helpers/helper.ts';
import { LocalApiClient } from '../../core/local-api/client/client.ts';
import { createApp } from '../../core/local-api/server/app.ts';
import { guardConnections } from '../../core/local-api/server/connection-gate.ts';
import { ConnectionTable } from '../../core/local-api/server/connection-table.ts';
import { judgeHead } from '../../core/local-api/server/guards.ts';
import { defaultLimits, defaultTimeouts } from '../../core/local-api/server/limits.ts';
import { createQuotas } from '../../core/local-api/server/quotas.ts';
import { hasBody } from '../../core/local-api/server/request-body.ts';
import { createRequestHandler, type Peers } from '../../core/local-api/server/request-handler.ts';
import {
  asksForHelper,
  createUpgradeHandler,
  type UpgradeHandler,
} from '../../core/local-api/server/upgrade-handler.ts';
import { Secret } from '../../core/secret.ts';
import { MemoryLogger, socketFolder } from '../support/broker-socket.ts';
import { accountView, FakeBroker } from '../support/fake-broker.ts';
import type { FuzzTarget } from './campaign.ts';
import { recordTraffic } from './recording.ts';
import { createSecretSearch } from './secret-search.ts';
import { gitHost, spare, victim } from './words.ts';

/** A hole made on purpose, to see whether it is found. */
export interface Plant {
  /** Has its way with a request before the guards see it. */
  readonly tamper?: (incoming: IncomingMessage) => void;
  /** Takes the place of the real one for whatever passes its guards. */
  readonly upgrade?: (broker: FakeBroker) => UpgradeHandler;
  readonly connections?: typeof ConnectionTable;
  /** Node answers requests with an unknown expectation by itself. */
  readonly leavesExpectations?: boolean;
}

export interface StandIn extends FuzzTarget, AsyncDisposable {}

const token = 'stand-in-access-token-8Kd2Lw0Qz5';
const served: readonly ServedAccount[] = [{ id: victim, title: victim, username: 'ada', hosts: [gitHost] }];

/** The real parts of the local API over a broker without a server: guards, parser, routes, frames and the git helper. */
export async function startStandIn(plant: Plant = {}): Promise<StandIn> {
  const broker = brokerWithToken();
  const logger = new MemoryLogger();
  const folder = await socketFolder();
  const socketPath = path.join(folder, 'keytray.sock');
  const uid = process.getuid?.() ?? 0;
  const peers: Peers = new WeakMap();
  const apart = new Set<Socket>();
  const quotas = createQuotas(defaultLimits, logger);
  const { strangers, pipelined } = defaultLimits;
  const connections = new (plant.connections ?? ConnectionTable)({
    connections: quotas.connections,
    strangers,
    pipelined,
    stall: defaultTimeouts.stall,
  });
  const app = createApp({ broker, logger, heartbeat: defaultTimeouts.heartbeat, streams: new Set(), quotas });
  const handle = createRequestHandler({ app, uid, peers, connections, quotas, logger });
  const common = { uid, peers, connections, logger, timeouts: defaultTimeouts, apart };
  const server = createServer({ requireHostHeader: false, shouldUpgradeCallback: asksForHelper });
  server.maxHeadersCount = 0;
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    plant.tamper?.(incoming);
    if (!connections.serve(incoming.socket, outgoing, () => handle(incoming, outgoing))) incoming.socket.destroy();
  };
  server.on('request', serve);
  server.on('checkContinue', serve);
  if (!plant.leavesExpectations) server.on('checkExpectation', serve);
  const upgrade = createUpgradeHandler({ ...common, broker, quotas });
  const planted = plant.upgrade?.(broker);
  const guarded: UpgradeHandler = (request, socket, head) => {
    const refusal = judgeHead({
      target: request.url ?? '',
      version: request.httpVersion,
      rawHeaders: request.rawHeaders,
    });
    const sound = refusal === undefined && request.method === 'GET' && !hasBody(request);
    const due = socket instanceof Socket && connections.closeBehindAnswers(socket);
    (sound && !due ? (planted ?? upgrade) : upgrade)(request, socket, head);
  };
  server.on('upgrade', guarded);
  guardConnections(server, { ...common, limits: defaultLimits, upgrade: guarded });
  server.listen(socketPath);
  await once(server, 'listening');

  const secrets = createSecretSearch();
  secrets.add('access_token', token);
  const env = { PATH: process.env.PATH, HOME: folder };
  const traffic = await recordTraffic({ socketPath, passage: path.join(folder, 'passage.sock'), env, folder });
  const api = new LocalApiClient(socketPath);
  return {
    socketPath,
    patience: 2_000,
    traffic,
    secrets,
    async check() {
      // What was asked is of no interest here, and much.
      broker.calls.length = 0;
      const { access_token: got } = await api.token(victim, {});
      return got === token ? undefined : 'the control got no token';
    },
    async [Symbol.asyncDispose]() {
      connections.close();
      server.close();
      server.closeAllConnections();
      for (const socket of apart) socket.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function brokerWithToken(): FakeBroker {
  const broker = new FakeBroker([accountView(victim), accountView(spare)]);
  broker.tokens.set(victim, () => ({ access_token: token, token_type: 'Bearer', account: victim }));
  const helperBroker: HelperBroker = {
    served: () => served,
    named: () => undefined,
    handOut: async (account) => ({
      account,
      token: new Secret(token),
      tokenType: 'Bearer',
      expiresAt: undefined,
      username: 'ada',
      headers: () => [{ name: 'Authorization', value: new Secret(`Bearer ${token}`) }],
    }),
    ownAwsKeys: () => Promise.reject(new Error('there are no keys here')),
    assumeRole: () => Promise.reject(new Error('there are no roles here')),
    openRoleEndpoint: () => Promise.reject(new Error('there are no roles here')),
    listsDatabases: () => false,
    databasesAt: async () => ({ kind: 'databases', databases: [] }),
    databasePassword: () => Promise.reject(new Error('there are no databases here')),
    readFile: async () => ({ kind: 'absent' }),
    reportRejected: async () => undefined,
  };
  const git = createGitHelper({ now: Date.now });
  broker.helpers.set('git', (call) => git.serve(call, helperBroker));
  return broker;
}
