import type { DatabasePlace, UrlFormat } from '../core/services/database-formats.ts';
import type { GrantNeeds, OfferedGrant } from '../core/services/grant-needs.ts';
import type { StoreKind, ToolFamily } from '../core/services/shapes.ts';
import type { ApiKeyListView, ApiKeyView, CreatedApiKeyView, RotatedApiKeyView } from '../core/wire/api-key-schemas.ts';
import type { ErrorView } from '../core/wire/error-schemas.ts';
import type { AccountView, BrokerEvent, StatusView } from '../core/wire/schemas.ts';
import type { EncryptedFileView } from '../core/wire/store-schemas.ts';

export type {
  AccountView,
  BrokerEvent,
  LoginView,
  LogoutView,
  StatusView,
} from '../core/wire/schemas.ts';
export type {
  ApiKeyListView,
  ApiKeyView,
  CreatedApiKeyView,
  EncryptedFileView,
  ErrorView,
  RotatedApiKeyView,
  StoreKind,
  ToolFamily,
  UrlFormat,
};

/**
 * What pages are shown besides the views of the local API. Times are ISO 8601 strings. No secret is in any of it, but for
 * that of an API key that was just created.
 */

/** Failures cross as values: a thrown error would arrive as text with the channel's name in it. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ErrorView };

export interface AccountDetails {
  readonly account: AccountView;
  readonly issuer?: string;
  readonly endpoints: Readonly<
    Partial<Record<'authorization' | 'token' | 'revocation' | 'device_authorization', string>>
  >;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly clientSecret: 'none' | 'optional' | 'required';
  readonly browser?: string;
  /** `file:line` of the account. */
  readonly position: string;
  /** False in a drop-in of the fleet, which Keytray only reads. */
  readonly editable: boolean;
  /** Its service has API keys that Keytray manages. */
  readonly apiKeys: boolean;
  /** The names of its databases. */
  readonly databases: readonly string[];
  /** Families `editServes` takes. */
  readonly families: readonly ToolFamily[];
}

/** Where a database is and as whom it is opened. Never a password. */
export interface DatabaseView extends DatabasePlace {
  /** The same as clients want it written. */
  readonly formats: Readonly<Record<UrlFormat, string>>;
}

/** What to enter where the client of an account is registered. */
export interface RegistrationView {
  readonly url?: string;
  /** The page opens it by the name of the service alone: never an address that a page has made up. */
  readonly opens: boolean;
  readonly steps: readonly string[];
  /** Exactly what to register; several are parted by `, `. */
  readonly redirectUri?: string;
}

/** One way to the credential of a service, with what an account of it is asked for. */
export interface GrantView extends GrantNeeds {
  readonly kind: OfferedGrant;
}

export interface ServiceView {
  readonly name: string;
  readonly title: string;
  /** The default first. */
  readonly grants: readonly [GrantView, ...GrantView[]];
  readonly serves: Readonly<Partial<Record<ToolFamily, readonly string[]>>>;
  /** Of an account that names no server of its own. */
  readonly registration: RegistrationView;
}

export type IssuerCheck =
  | {
      readonly kind: 'found';
      readonly issuer: string;
      readonly endpoints: AccountDetails['endpoints'];
      /** Undefined where the server does not list them. */
      readonly scopes?: readonly string[];
      /** Heed these: no PKCE, plain http on loopback. For people. */
      readonly notes: readonly string[];
    }
  | { readonly kind: 'failed'; readonly description: string };

/** One thing that happened since start. */
export interface Activity {
  /** Grows by one; the newest is the largest. */
  readonly id: number;
  readonly at: string;
  readonly account: string;
  readonly what:
    | {
        readonly kind: 'handed_out';
        readonly protocol: string;
        readonly host?: string;
        readonly consumer: { readonly pid: number; readonly executable?: string };
      }
    | { readonly kind: 'login_started' }
    | { readonly kind: 'signed_in'; readonly who?: string }
    | { readonly kind: 'login_failed'; readonly error: string; readonly description: string }
    | { readonly kind: 'refreshed' }
    | { readonly kind: 'signed_out' }
    | { readonly kind: 'login_required'; readonly reason: string; readonly description?: string }
    | { readonly kind: 'degraded'; readonly reason: string; readonly description?: string }
    | { readonly kind: 'recovered' }
    | { readonly kind: 'locked'; readonly reason: string; readonly description?: string }
    | { readonly kind: 'added' }
    | { readonly kind: 'removed' };
}

/** An account whose service may have issued a key. */
export interface KeyAccountView {
  readonly account: string;
  readonly title: string;
  /** Where the service is. */
  readonly server?: string;
  /** False: it revokes a key by its ID only. */
  readonly revokesBySecret: boolean;
}

export interface ToolView {
  /** `git`: the name `planSetup` takes. */
  readonly tool: string;
  readonly title: string;
  readonly state: 'set_up' | 'not_set_up' | 'not_found';
  /** There is nothing to write, so it is never `set_up`: the lines of its plan say what to use. */
  readonly byHand?: true;
  readonly version?: string;
  readonly accounts: readonly string[];
  readonly hosts: readonly string[];
  /** What is in front of us, in a sentence. */
  readonly conflict?: string;
  /** Why it cannot be set up now, in a sentence: no account serves it. */
  readonly hindrance?: string;
}

export interface SetupView {
  readonly tool: string;
  readonly changed: boolean;
  /** Unified diff of every file; empty where nothing changes. */
  readonly files: readonly { readonly file: string; readonly diff: string }[];
  /** For people, in order. */
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
}

export interface Settings {
  readonly startAtLogin: { readonly on: boolean /** Why it cannot be changed here. */; readonly hindrance?: string };
  readonly reminder: number;
  readonly keychain: StatusView['keychain'];
  readonly encryptedFile?: EncryptedFileView;
  readonly accounts: readonly {
    readonly account: string;
    readonly title: string;
    readonly store: StoreKind;
    readonly browser?: string;
    readonly editable: boolean;
  }[];
  readonly configFile: string;
  readonly logFile: string;
  readonly version: string;
}

export type PageName = 'accounts' | 'add-account' | 'revoke-key' | 'tools' | 'activity' | 'settings';

/** The one stream from the main process to the page. */
export type AppEvent =
  | { readonly type: 'broker'; readonly event: BrokerEvent }
  | { readonly type: 'activity'; readonly activity: Activity }
  | { readonly type: 'settings'; readonly settings: Settings }
  /** The tray menu asks for a page, or for the details of one account. */
  | { readonly type: 'show'; readonly page: PageName; readonly account?: string };
