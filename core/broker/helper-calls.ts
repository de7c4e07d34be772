import type { AccountRegistry } from '../accounts/account-registry.ts';
import { serviceUrlOf } from '../accounts/service-address.ts';
import type { Broadcast } from '../concurrency/broadcast.ts';
import { never } from '../concurrency/pause.ts';
import { accountVariables } from '../config/account-variables.ts';
import type { RoleCredentials, RoleRequest } from '../credentials/aws-role.ts';
import { bearerHeader } from '../credentials/presented.ts';
import { openContainerCredentials } from '../endpoints/container-credentials.ts';
import type { ProgramEndpoints } from '../endpoints/program-endpoints.ts';
import { KeytrayError } from '../errors.ts';
import type { DatabaseLogins } from '../hand-out/database-logins.ts';
import { fieldOf } from '../hand-out/given-field.ts';
import { plainNeed } from '../hand-out/hand-out.ts';
import type { HandOutGate } from '../hand-out/hand-out-gate.ts';
import { HandOutLog } from '../hand-out/hand-out-log.ts';
import type { RegistryAwsKeys } from '../hand-out/registry-aws-keys.ts';
import type { RejectedTokens } from '../hand-out/rejected-tokens.ts';
import type { RoleCredentialCache } from '../hand-out/role-credentials.ts';
import { headersOf } from '../hand-out/service-calls.ts';
import type { TokenHandOut } from '../hand-out/token-hand-out.ts';
import { formatContainerCredentials } from '../helpers/aws/aws-answer.ts';
import type { HandedOut, HandOutRequest, HelperBroker, RoleEndpointAddress, ServedAccount } from '../helpers/helper.ts';
import { helpers } from '../helpers/registry.ts';
import { stillRuns } from '../platform/process-identity.ts';
import { readRegularFile } from '../platform/regular-file.ts';
import type { Clock, Logger } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { ToolFamily } from '../services/shapes.ts';
import { isoTime } from '../untrusted/instant.ts';
import { printable } from '../untrusted/plain-text.ts';
import type { Caller } from '../wire/broker-api.ts';
import type { HelperCall } from '../wire/helper-call.ts';
import type { BrokerEvent } from '../wire/schemas.ts';
import { databasesAt, listsDatabases, peopleOf } from './served-databases.ts';

export interface HelperCallsDependencies {
  readonly accounts: AccountRegistry;
  readonly tokens: TokenHandOut;
  readonly rejected: RejectedTokens;
  readonly roles: RoleCredentialCache;
  readonly awsKeys: RegistryAwsKeys;
  readonly databases: DatabaseLogins;
  readonly endpoints: ProgramEndpoints;
  readonly gate: HandOutGate;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: Broadcast<BrokerEvent>;
}

/** Joins the helper protocols to the accounts: what they may see, and where hand-outs are noted. */
export class HelperCalls {
  readonly #dependencies: HelperCallsDependencies;
  readonly #handOuts: HandOutLog;

  constructor(dependencies: HelperCallsDependencies) {
    this.#dependencies = dependencies;
    this.#handOuts = new HandOutLog(dependencies.logger, dependencies.clock);
  }

  /** Throws `invalid_request` for a protocol we do not speak. */
  async serve(protocol: string, call: HelperCall, caller: Caller): Promise<number> {
    const helper = helpers.get(protocol);
    if (helper === undefined) {
      throw new KeytrayError('invalid_request', `there is no helper for ${JSON.stringify(protocol)}`, {
        advice: 'The running Keytray may be older than this command; start it again: keytray restart',
      });
    }
    return await helper.serve(call, this.#brokerFor(protocol, caller));
  }

  /** Notes who took which token, in the log and for whoever listens. */
  handedOut(account: string, protocol: string, host: string | undefined, caller: Caller): void {
    const { clock, events } = this.#dependencies;
    this.#handOuts.note({ account, protocol, host }, caller.consumer);
    if (!events.heard) return;
    const { pid, executable } = caller.consumer;
    events.emit({
      type: 'handed_out',
      account,
      at: isoTime(clock.now()),
      protocol,
      ...(host === undefined ? {} : { host: printable(host) }),
      consumer: executable === undefined ? { pid } : { pid, executable: printable(executable) },
    });
  }

  #brokerFor(protocol: string, caller: Caller): HelperBroker {
    return {
      served: (family) => this.#served(family),
      named: (id) => this.#named(id),
      handOut: async (id, request) => await this.#handOut(id, request, protocol, caller),
      ownAwsKeys: async (id) => await this.#ownAwsKeys(id, protocol, caller),
      assumeRole: async (id, request) => await this.#assumeRole(id, request, protocol, caller),
      openRoleEndpoint: async (id, request) => await this.#openRoleEndpoint(id, request, protocol, caller),
      listsDatabases: () => listsDatabases(this.#dependencies.accounts),
      databasesAt: async (host, port) => await databasesAt({ ...this.#dependencies, host, port }),
      databasePassword: async (id, target) => await this.#databasePassword(id, target, protocol, caller),
      readFile: readRegularFile,
      reportRejected: async (id, value) => await this.#reportRejected(id, value),
    };
  }

  #served(family: ToolFamily): readonly ServedAccount[] {
    const served: ServedAccount[] = [];
    for (const account of this.#dependencies.accounts.all()) {
      const { id, settings } = account;
      const hosts = settings.serves[family];
      if (hosts === undefined) continue;
      served.push({ id, title: settings.title, username: settings.username, hosts, people: peopleOf(account) });
    }
    return served;
  }

  #named(id: string): ServedAccount | undefined {
    const settings = this.#dependencies.accounts.find(id)?.settings;
    return (
      settings && {
        id,
        title: settings.title,
        username: settings.username,
        hosts: [],
        ...(settings.catalog !== undefined && { ownAwsKeys: true as const }),
        variables: () => accountVariables(settings, 'env'),
      }
    );
  }

  async #handOut(id: string, request: HandOutRequest, protocol: string, caller: Caller): Promise<HandedOut> {
    const { accounts, clock, gate, tokens } = this.#dependencies;
    const account = accounts.get(id);
    gate.check(id);
    const { token, tokenType, secondsLeft } = await tokens.handOut(
      account,
      {
        ...plainNeed,
        kind: request.token ?? 'access',
        audience: request.audience,
        minTtl: request.minTtl,
        force: request.force ?? false,
        asker: protocol,
      },
      caller.signal,
    );
    // It may have been closed while a refresh was waited for.
    gate.check(id);
    this.handedOut(id, protocol, request.host, caller);
    return {
      account: id,
      token: fieldOf(account, request.field) ?? token,
      tokenType,
      expiresAt: secondsLeft === undefined ? undefined : clock.now() + secondsLeft * 1_000,
      username: account.settings.username,
      serviceUrl: serviceUrlOf(account),
      headers: () => (request.token === 'id' ? [bearerHeader(token)] : headersOf(account, token)),
    };
  }

  async #assumeRole(id: string, request: RoleRequest, protocol: string, caller: Caller): Promise<RoleCredentials> {
    const { accounts, gate, roles } = this.#dependencies;
    const account = accounts.get(id);
    gate.check(id);
    const credentials = await roles.credentials(account, request);
    gate.check(id);
    this.handedOut(id, protocol, request.role, caller);
    return credentials;
  }

  async #ownAwsKeys(id: string, protocol: string, caller: Caller): Promise<RoleCredentials> {
    const { accounts, gate, awsKeys } = this.#dependencies;
    const account = accounts.get(id);
    gate.check(id);
    const credentials = await awsKeys.credentials(account);
    gate.check(id);
    this.handedOut(id, protocol, undefined, caller);
    return credentials;
  }

  async #databasePassword(id: string, target: string, protocol: string, caller: Caller): Promise<Secret> {
    const { accounts, gate, databases } = this.#dependencies;
    const account = accounts.get(id);
    gate.check(id);
    const { password, host } = await databases.login(account, target);
    gate.check(id);
    this.handedOut(id, protocol, host, caller);
    return password;
  }

  async #openRoleEndpoint(
    id: string,
    request: RoleRequest,
    protocol: string,
    { consumer }: Caller,
  ): Promise<RoleEndpointAddress> {
    // The caller will have gone, as far as its connection tells, when the program it became asks.
    const credentials = () => this.#assumeRole(id, request, protocol, { consumer, signal: never });
    await credentials();
    if (!stillRuns(consumer)) {
      throw new KeytrayError('invalid_request', 'this system does not tell when a program ends; use --way=file');
    }
    return await openContainerCredentials(this.#dependencies.endpoints, {
      owner: { runs: () => stillRuns(consumer) },
      document: async () => formatContainerCredentials(await credentials(), request.role),
    });
  }

  async #reportRejected(id: string, value: Secret): Promise<void> {
    const { accounts, rejected } = this.#dependencies;
    await rejected.report(accounts.get(id), value);
  }
}
