import type { AwsCredentials, Exchange, GrantKind } from '../services/grant.ts';
import type { LakebaseTargets } from '../services/lakebase.ts';
import type { Present } from '../services/present.ts';
import type { Endpoints, RedirectSettings, StoreKind, ToolFamily } from '../services/shapes.ts';
import type { Variables } from '../services/variables.ts';

/** The validated configuration: shapes only. Reading, editing and watching live in the files beside this one. */

export interface ExpectedIdentity {
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  readonly email: string | undefined;
}

export interface ConfigPosition {
  readonly file: string;
  readonly line: number;
}

/** One account as the config files say it; `undefined` means the service's preset decides. */
export interface AccountConfig {
  readonly id: string;
  readonly service: string;
  /** Undefined: the first the service offers. */
  readonly grant?: GrantKind | undefined;
  /** Base of the service's API or of an own instance. */
  readonly url?: string | undefined;
  /** By the names the service declares. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  readonly present?: Present | undefined;
  /** Seconds. */
  readonly minValidity?: number | undefined;
  readonly preAuthenticate?: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  readonly exchange?: Partial<Exchange> | undefined;
  readonly command?: readonly string[] | undefined;
  readonly awsCredentials?: AwsCredentials | undefined;
  readonly lakebase?: LakebaseTargets | undefined;
  readonly clientId: string | undefined;
  readonly issuer: string | undefined;
  readonly endpoints: Endpoints;
  readonly scopes: readonly string[] | undefined;
  readonly audience: string | undefined;
  readonly resource: string | undefined;
  readonly username: string | undefined;
  readonly prompt: string | undefined;
  readonly authorizationParams: Readonly<Record<string, string>>;
  readonly redirect: Partial<RedirectSettings>;
  readonly expect: ExpectedIdentity | undefined;
  readonly tls: { readonly ca: string | undefined; readonly verify: boolean };
  readonly store: StoreKind;
  readonly refresh: 'ahead' | 'on-demand';
  /** Where the client secret is sent; undefined: what the server lists. */
  readonly clientAuth?: 'basic' | 'post' | undefined;
  /** Further words of this server for a dead refresh token. */
  readonly deadTokenErrors?: readonly string[] | undefined;
  readonly refreshRevokesAccess?: boolean | undefined;
  readonly browser: string | undefined;
  readonly environment: string | undefined;
  /** Variables of `env` and `exec`, beside those of the service. */
  readonly env: Variables;
  /** Hosts, or host/path patterns, this account answers for, per tool family. */
  readonly serves: Readonly<Partial<Record<ToolFamily, readonly string[]>>>;
  /** Undefined: AWS's own, by region. */
  readonly awsStsEndpoint?: string | undefined;
  readonly position: ConfigPosition;
}

export interface AgentConfig {
  readonly autostart: boolean;
  /** `auto`: wherever a panel shows tray icons. */
  readonly tray: 'auto' | 'off';
}

/** The proxy for whatever leaves this machine. */
export interface ProxyConfig {
  readonly url: string;
  /** Reached directly, each as an entry of NO_PROXY. */
  readonly except: readonly string[];
}

export interface Config {
  readonly accounts: ReadonlyMap<string, AccountConfig>;
  readonly agent: AgentConfig;
  /** Minutes between reminders of a sign-in that is needed. */
  readonly reminder: number;
  /** Undefined: what the environment says. */
  readonly proxy?: ProxyConfig | undefined;
}
