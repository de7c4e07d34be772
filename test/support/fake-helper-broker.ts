import type { RoleCredentials, RoleRequest } from '../../core/credentials/aws-role.ts';
import { type FailureCode, KeytrayError } from '../../core/errors.ts';
import type {
  CredentialHeader,
  FoundDatabases,
  HandedOut,
  HandOutRequest,
  HelperBroker,
  RoleEndpointAddress,
  ServedAccount,
} from '../../core/helpers/helper.ts';
import type { FileText } from '../../core/platform/regular-file.ts';
import { Secret } from '../../core/secret.ts';

/** What the fake broker holds for an account: plain data, so that a helper process can be given it as JSON. */
export interface FakeAccount extends ServedAccount {
  readonly token?: string;
  readonly idToken?: string;
  /** In place of a bearer token. */
  readonly headers?: readonly CredentialHeader[];
  readonly tokenType?: string;
  readonly serviceUrl?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** Hands out nothing and fails like this instead. */
  readonly failure?: FailureCode;
}

/** A broker that holds its accounts in memory and remembers what helpers asked of it. */
export class FakeHelperBroker implements HelperBroker {
  readonly handedOut: { readonly account: string; readonly host: string | undefined }[] = [];
  /** Everything that was asked for, in order. */
  readonly requests: HandOutRequest[] = [];
  readonly roles: RoleRequest[] = [];
  readonly rejected: { readonly account: string; readonly value: string }[] = [];
  readonly #accounts: readonly FakeAccount[];

  constructor(accounts: readonly FakeAccount[]) {
    this.#accounts = accounts;
  }

  served(): readonly ServedAccount[] {
    return this.#accounts;
  }

  named(id: string): ServedAccount | undefined {
    const account = this.#accounts.find((candidate) => candidate.id === id);
    if (account === undefined) return undefined;
    const { title, username, variables, ownAwsKeys } = account;
    return { id, title, username, hosts: [], variables, ownAwsKeys };
  }

  async handOut(id: string, request: HandOutRequest): Promise<HandedOut> {
    const { host } = request;
    this.requests.push(request);
    const account = this.#accounts.find((candidate) => candidate.id === id);
    if (account?.failure !== undefined) throw new KeytrayError(account.failure, 'as the test says', { account: id });
    if (account?.token === undefined) throw new KeytrayError('unknown_account', `no account ${id}`);
    this.handedOut.push({ account: id, host });
    const text = request.token === 'id' ? (account.idToken ?? account.token) : account.token;
    const usual = [{ name: 'Authorization', value: new Secret(`Bearer ${text}`) }];
    return {
      account: id,
      token: new Secret(text),
      tokenType: account.tokenType ?? 'Bearer',
      expiresAt: account.expiresAt,
      username: account.username,
      serviceUrl: account.serviceUrl,
      headers: () => account.headers ?? usual,
    };
  }

  async ownAwsKeys(id: string): Promise<RoleCredentials> {
    const { token, expiresAt } = await this.handOut(id, {});
    const secretAccessKey = new Secret(`secret-of-${id}`);
    return { accessKeyId: 'ASIAEXAMPLE', secretAccessKey, sessionToken: token, expiresAt: expiresAt ?? 0 };
  }

  /** Keys that are told apart by the role. */
  async assumeRole(id: string, request: RoleRequest): Promise<RoleCredentials> {
    this.roles.push(request);
    const { token, expiresAt } = await this.handOut(id, { host: request.role, token: request.token });
    return {
      accessKeyId: 'ASIAEXAMPLE',
      secretAccessKey: new Secret(`secret-of-${request.role}`),
      sessionToken: token,
      expiresAt: expiresAt ?? 0,
    };
  }

  async openRoleEndpoint(id: string, request: RoleRequest): Promise<RoleEndpointAddress> {
    const { sessionToken } = await this.assumeRole(id, request);
    return { url: 'http://127.0.0.1:1/endpoint', authorization: sessionToken };
  }

  /** At every address. */
  databases: FoundDatabases = { kind: 'databases', databases: [] };

  listsDatabases(): boolean {
    return this.databases.kind === 'unknown' || this.databases.databases.length > 0;
  }

  async databasesAt(): Promise<FoundDatabases> {
    return this.databases;
  }

  async databasePassword(id: string, target: string): Promise<Secret> {
    this.requests.push({ host: target });
    return new Secret(`password of ${id}/${target}`);
  }

  readonly files = new Map<string, FileText>();

  async readFile(path: string): Promise<FileText> {
    return this.files.get(path) ?? { kind: 'absent' };
  }

  async reportRejected(account: string, value: Secret): Promise<void> {
    this.rejected.push({ account, value: value.reveal() });
    if (this.#accounts.some(({ id, failure }) => id === account && failure !== undefined)) {
      throw new KeytrayError('internal_error', 'as the test says');
    }
  }
}

export function fakeAccount(id: string, hosts: readonly string[], more: Partial<FakeAccount> = {}): FakeAccount {
  return { id, title: id, username: 'oauth2', hosts, token: `token-of-${id}`, ...more };
}
