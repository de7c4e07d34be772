import type { Account } from '../accounts/account.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import type { ServerDirectory } from '../accounts/server-directory.ts';
import type { Broadcast } from '../concurrency/broadcast.ts';
import { ProgramEndpoints } from '../endpoints/program-endpoints.ts';
import { CredentialChecks } from '../hand-out/credential-checks.ts';
import { HandOutGate } from '../hand-out/hand-out-gate.ts';
import type { LockNote } from '../hand-out/lock-note.ts';
import { RejectedTokens } from '../hand-out/rejected-tokens.ts';
import { RoleCredentialCache } from '../hand-out/role-credentials.ts';
import { TokenHandOut } from '../hand-out/token-hand-out.ts';
import type { Barriers, Clock, Http, Logger, LoopbackPeers } from '../ports.ts';
import type { Refresher } from '../refresh/refresher.ts';
import type { PendingLogins } from '../sign-in/pending-logins.ts';
import type { BrokerEvent } from '../wire/schemas.ts';
import { EndpointApi } from './endpoint-api.ts';
import { HelperCalls } from './helper-calls.ts';
import { ServiceTests } from './service-tests.ts';
import { TokenApi } from './token-api.ts';

export interface HandOutDependencies {
  readonly accounts: AccountRegistry;
  readonly refresher: Refresher;
  readonly servers: ServerDirectory;
  readonly logins: PendingLogins;
  readonly clock: Clock;
  readonly http: Http;
  readonly logger: Logger;
  readonly peers: LoopbackPeers;
  readonly random: () => number;
  readonly barriers?: Barriers | undefined;
  readonly lockNote?: LockNote | undefined;
  readonly find: (id: string) => Promise<Account>;
  /** A caller waits for a sign-in: somebody should be told. */
  readonly asked: (account: Account, asker: string | undefined) => void;
  readonly stopped: () => void;
  readonly events: Broadcast<BrokerEvent>;
}

export interface HandOuts {
  readonly gate: HandOutGate;
  readonly endpoints: EndpointApi;
  readonly helpers: HelperCalls;
  readonly roles: RoleCredentialCache;
  readonly tokens: TokenApi;
  readonly tests: ServiceTests;
}

/** Every way a token can leave the broker, behind one gate. */
export function openHandOuts(dependencies: HandOutDependencies): HandOuts {
  const { clock, http, find, servers } = dependencies;
  const desk = new TokenHandOut(dependencies);
  const gate = new HandOutGate(clock, dependencies.stopped, dependencies.lockNote);
  const checks = new CredentialChecks(dependencies);
  const rejected = new RejectedTokens({
    ...dependencies,
    check: (...asked) => servers.checkToken(...asked),
    checkKey: (...asked) => checks.report(...asked),
  });
  const roles = new RoleCredentialCache({ tokens: desk, http, clock });
  const endpoints = new ProgramEndpoints({ ...dependencies, name: 'a local endpoint' });
  const helpers = new HelperCalls({
    ...dependencies,
    tokens: desk,
    gate,
    rejected,
    roles,
    endpoints,
  });
  const tokens = new TokenApi({ tokens: desk, helpers, gate, clock, find });
  const tests = new ServiceTests({ tokens: desk, checks, rejected, gate, clock, find });
  return { gate, helpers, roles, tokens, tests, endpoints: new EndpointApi({ endpoints, tokens, clock, find }) };
}
