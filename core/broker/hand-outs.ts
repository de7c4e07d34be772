import type { Account } from '../accounts/account.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import type { ServerDirectory } from '../accounts/server-directory.ts';
import type { Broadcast } from '../concurrency/broadcast.ts';
import { never } from '../concurrency/pause.ts';
import type { AskService } from '../credentials/api-keys/provider.ts';
import { authoritiesOf } from '../endpoints/account-server.ts';
import { ProgramEndpoints } from '../endpoints/program-endpoints.ts';
import { awsSessions } from '../hand-out/aws-sessions.ts';
import { CredentialChecks } from '../hand-out/credential-checks.ts';
import { DatabaseLogins } from '../hand-out/database-logins.ts';
import { HandOutGate } from '../hand-out/hand-out-gate.ts';
import type { LockNote } from '../hand-out/lock-note.ts';
import { PermissionAnswers } from '../hand-out/permissions.ts';
import { RegistryAwsKeys } from '../hand-out/registry-aws-keys.ts';
import { RejectedTokens } from '../hand-out/rejected-tokens.ts';
import { RoleCredentialCache } from '../hand-out/role-credentials.ts';
import { ServiceCalls } from '../hand-out/service-calls.ts';
import { subjectTokens } from '../hand-out/subject-tokens.ts';
import { TokenHandOut } from '../hand-out/token-hand-out.ts';
import {
  type Barriers,
  type Clock,
  type Http,
  type Logger,
  type LoopbackPeers,
  noPrograms,
  type Programs,
} from '../ports.ts';
import type { Refresher } from '../refresh/refresher.ts';
import type { AwsSessions, SubjectTokens } from '../refresh/renewal.ts';
import type { PendingLogins } from '../sign-in/pending-logins.ts';
import type { BrokerEvent } from '../wire/schemas.ts';
import { ApiKeys } from './api-keys/api-keys.ts';
import type { AccountsFile } from './api-keys/key-account.ts';
import type { RotationNotes } from './api-keys/rotation-notes.ts';
import { CredentialApi } from './credential-api.ts';
import { EarlyTokens } from './early-tokens.ts';
import { EndpointApi } from './endpoint-api.ts';
import { HelperCalls } from './helper-calls.ts';
import { MadeAccounts } from './made-accounts.ts';
import { PermissionApi } from './permission-api.ts';
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
  readonly programs?: Programs | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  readonly accountsFile?: AccountsFile | undefined;
  readonly rotations?: RotationNotes | undefined;
  readonly events: Broadcast<BrokerEvent>;
}

export interface HandOuts {
  readonly gate: HandOutGate;
  readonly endpoints: EndpointApi;
  readonly helpers: HelperCalls;
  readonly credentials: CredentialApi;
  readonly apiKeys: ApiKeys;
  readonly subjects: SubjectTokens;
  readonly aws: AwsSessions;
  readonly made: MadeAccounts;
  readonly early: EarlyTokens;
  /** An account has changed, and with it perhaps what was made from it. */
  changed(account: Account): void;
  readonly tokens: TokenApi;
  readonly tests: ServiceTests;
  readonly permissions: PermissionApi;
  /** The account was signed out, or is another person's now. */
  forget(account: string): void;
}

/** Every way a token can leave the broker, behind one gate. */
export function openHandOuts(dependencies: HandOutDependencies): HandOuts {
  const { clock, http, find, servers } = dependencies;
  const handOut = new TokenHandOut(dependencies);
  const gate = new HandOutGate(clock, dependencies.stopped, dependencies.lockNote);
  const checks = new CredentialChecks(dependencies);
  const rejected = new RejectedTokens({
    ...dependencies,
    check: (...asked) => servers.checkToken(...asked),
    checkKey: (...asked) => checks.report(...asked),
  });
  const roles = new RoleCredentialCache({ tokens: handOut, http, clock });
  const calls = new ServiceCalls({ tokens: handOut, rejected, servers, http, clock });
  // Others wait for the same answer: it goes on when a caller has gone.
  const askService =
    (account: Account): AskService =>
    (asked) =>
      calls.ask(account, asked, never);
  const databases = new DatabaseLogins({ askService, clock });
  const awsKeys = new RegistryAwsKeys({ askService, clock });
  const endpoints = new ProgramEndpoints({ ...dependencies, name: 'a local endpoint' });
  const helpers = new HelperCalls({
    ...{ ...dependencies, tokens: handOut, gate, rejected },
    ...{ roles, awsKeys, databases, endpoints },
  });
  const tokens = new TokenApi({ tokens: handOut, helpers, gate, clock, find });
  const authorities = ({ settings }: Account) => authoritiesOf(settings.tls.ca);
  const tests = new ServiceTests({ tokens: handOut, checks, rejected, databases, authorities, gate, clock, find });
  const answers = new PermissionAnswers({ calls, databases, authorities, clock });
  const { environment = {}, programs = noPrograms } = dependencies;
  const subjects = subjectTokens(dependencies.accounts, handOut);
  const made = new MadeAccounts(dependencies);
  const early = new EarlyTokens(dependencies);
  const forget = (account: string): void => {
    roles.forget(account);
    databases.forget(account);
    answers.forget(account);
    awsKeys.forget(account);
  };
  return {
    ...{ gate, helpers, subjects, tests, tokens, forget },
    aws: awsSessions({ ...dependencies, roles, programs, environment }),
    endpoints: new EndpointApi({ endpoints, tokens, clock, find }),
    permissions: new PermissionApi({ answers, gate, find }),
    credentials: new CredentialApi({ roles, awsKeys, databases, helpers, gate, find }),
    apiKeys: new ApiKeys({ ...dependencies, calls, gate }),
    made,
    early,
    changed(account) {
      if (account.record === undefined) forget(account.id);
      made.changed(account);
      early.changed(account);
    },
  };
}
