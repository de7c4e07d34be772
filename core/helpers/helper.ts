import type { RoleCredentials, RoleRequest } from '../credentials/aws-role.ts';
import type { FileText } from '../platform/regular-file.ts';
import type { Secret } from '../secret.ts';
import type { ToolFamily } from '../services/shapes.ts';
import type { HelperCall } from '../wire/helper-call.ts';
import type { ServedAccount } from './served-account.ts';

export type { ServedAccount } from './served-account.ts';

/** What a helper asks for. Seconds. */
export interface HandOutRequest {
  /** Where the token goes, for the log and for people; not matched again. Undefined where the tool does not say. */
  readonly host?: string | undefined;
  /** Default: the access token. */
  readonly token?: 'access' | 'id' | undefined;
  readonly audience?: string | undefined;
  /** Validity the caller insists on. */
  readonly minTtl?: number | undefined;
  /** Refresh first. */
  readonly force?: boolean | undefined;
  /** One of several values that a person gave, in place of the token. */
  readonly field?: string | undefined;
}

/** A token on its way to a tool. */
export interface HandedOut {
  readonly account: string;
  readonly token: Secret;
  readonly tokenType: string;
  /** Milliseconds since the epoch; undefined where the server gives no lifetime. */
  readonly expiresAt: number | undefined;
  /** User name for tools that only know Basic. */
  readonly username: string;
  /** Base of the API that takes it, where a catalog names it. */
  readonly serviceUrl?: string | undefined;
  /** The headers of a request that carry it. */
  headers(): readonly CredentialHeader[];
}

/** A header with a credential in it. */
export interface CredentialHeader {
  readonly name: string;
  readonly value: Secret;
}

export interface RoleEndpointAddress {
  readonly url: string;
  /** What is to be sent as `Authorization`. */
  readonly authorization: Secret;
}

/** A database that an account lists by name; where it is, its service says. */
export interface ServedDatabase {
  /** Its `hosts` are none: it was found by its place. */
  readonly account: ServedAccount;
  readonly target: string;
  readonly sslmode: 'verify-full' | 'require';
  /** A PEM file with the authorities to trust; undefined where this machine has none in one file. */
  readonly authorities: string | undefined;
}

export type FoundDatabases =
  | { readonly kind: 'databases'; readonly databases: readonly ServedDatabase[] }
  /** It may be one of this account's, and its service could not be asked. */
  | { readonly kind: 'unknown'; readonly account: ServedAccount; readonly failure: unknown };

/** What helpers may ask the broker. Failures are `KeytrayError`s. */
export interface HelperBroker {
  /** Accounts that list hosts for this family of tools. */
  served(family: ToolFamily): readonly ServedAccount[];
  /** An account named outright, whatever it serves; `hosts` is empty. */
  named(account: string): ServedAccount | undefined;
  handOut(account: string, request: HandOutRequest): Promise<HandedOut>;
  /** Temporary credentials of a role the account lists: the one thing that is asked of AWS here. */
  assumeRole(account: string, request: RoleRequest): Promise<RoleCredentials>;
  /** Those that the account's service gives of its own. */
  ownAwsKeys(account: string): Promise<RoleCredentials>;
  /** A place on loopback where the caller, for as long as it runs, gets these credentials by itself. */
  openRoleEndpoint(account: string, request: RoleRequest): Promise<RoleEndpointAddress>;
  /** Whether there is an account with databases at all. */
  listsDatabases(): boolean;
  /** Databases of accounts at this address. Nobody is asked about one that can be none of theirs. */
  databasesAt(host: string, port: number): Promise<FoundDatabases>;
  databasePassword(account: string, target: string): Promise<Secret>;
  /** A configuration file of the tool that asks; `path` is absolute. Its content must not go back to the caller. */
  readFile(path: string): Promise<FileText>;
  /** A tool says this value was refused: a hint; what follows is the broker’s decision. */
  reportRejected(account: string, value: Secret): Promise<void>;
}

/** One credential-helper protocol. Resolves to the exit status the tool sees. */
export interface Helper {
  readonly protocol: string;
  /** Names of the environment variables the client forwards. */
  readonly environment: readonly string[];
  serve(call: HelperCall, broker: HelperBroker): Promise<number>;
}
