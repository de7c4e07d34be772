import type { z } from 'zod';
import * as requests from './requests.ts';
import type {
  AccountDetails,
  AccountView,
  Activity,
  ApiKeyListView,
  AppEvent,
  CreatedApiKeyView,
  DatabaseView,
  IssuerCheck,
  KeyAccountView,
  LoginView,
  LogoutView,
  Outcome,
  RegistrationView,
  RotatedApiKeyView,
  ServiceView,
  Settings,
  SetupView,
  StatusView,
  ToolView,
} from './views.ts';

interface Call<Schema extends z.ZodType, Response> {
  readonly request: Schema;
  /** Carries the type only; never there at run time. */
  readonly response?: Response;
}

const answers =
  <Response>() =>
  <Schema extends z.ZodType>(request: Schema): Call<Schema, Response> => ({ request });

/**
 * Everything a page can ask of the main process: what it may send, and what it gets. Handlers validate with
 * `request` and answer with an `Outcome`. What runs a program, widens who gets a credential, or creates or ends one at a
 * service is `declined` unless the person agrees in a dialog of the main process. No token is in any of it, in either
 * direction, but for what a person types and for the secret of a key that they have just agreed to create.
 */
export const contract = {
  status: answers<StatusView>()(requests.nothing),
  account: answers<AccountDetails>()(requests.ofAccount),
  /** What happened since start, newest first. */
  activity: answers<readonly Activity[]>()(requests.nothing),

  /**
   * Also renews: the old tokens stay until the new sign-in succeeds. Again on an open one: opens the browser again.
   * With `paste` the answer, and nothing else, has the address to open on another machine.
   */
  startLogin: answers<LoginView>()(requests.startLogin),
  cancelLogin: answers<LoginView>()(requests.ofLogin),
  confirmLogin: answers<LoginView>()(requests.confirmLogin),
  pasteRedirect: answers<LoginView>()(requests.pasteRedirect),
  /** Tried at the service before it is kept; a refusal leaves the form open. */
  enterFields: answers<LoginView>()(requests.enterFields),
  logout: answers<LogoutView>()(requests.logout),
  refreshNow: answers<AccountView>()(requests.ofAccount),
  /** Answers once the token is in the clipboard and its clearing is scheduled. */
  copyToken: answers<{ readonly clearedInSeconds: number }>()(requests.ofAccount),

  listServices: answers<readonly ServiceView[]>()(requests.nothing),
  /** Asks the server itself, now. */
  checkIssuer: answers<IssuerCheck>()(requests.checkIssuer),
  registration: answers<RegistrationView>()(requests.registration),
  addAccount: answers<AccountView>()(requests.addAccount),
  removeAccount: answers<void>()(requests.ofAccount),
  setClientSecret: answers<void>()(requests.setClientSecret),
  removeClientSecret: answers<void>()(requests.ofAccount),
  /** No hosts: the account serves this family no more, nor those of its service. */
  editServes: answers<AccountView>()(requests.editServes),

  /** Asks the service, unless it was asked lately. Makes no password. */
  database: answers<DatabaseView>()(requests.ofDatabase),

  /** Accounts whose service has API keys, without asking it. */
  apiKeyAccounts: answers<readonly KeyAccountView[]>()(requests.nothing),
  /** Asks the service, now. */
  apiKeys: answers<ApiKeyListView>()(requests.ofAccount),
  /** The secret is in this answer once, unless an account keeps it. */
  createApiKey: answers<CreatedApiKeyView>()(requests.createApiKey),
  /** The secret is in this answer once, where no account has the key. */
  rotateApiKey: answers<RotatedApiKeyView>()(requests.ofApiKey),
  revokeApiKey: answers<void>()(requests.ofApiKey),
  /** By its secret, at the service of this account. */
  revokeLeakedKey: answers<void>()(requests.revokeLeakedKey),

  listTools: answers<readonly ToolView[]>()(requests.nothing),
  planSetup: answers<SetupView>()(requests.planSetup),
  applySetup: answers<SetupView>()(requests.ofTool),
  undoSetup: answers<SetupView>()(requests.ofTool),

  settings: answers<Settings>()(requests.nothing),
  setStartAtLogin: answers<Settings>()(requests.setStartAtLogin),
  setReminder: answers<Settings>()(requests.setReminder),
  setBrowser: answers<Settings>()(requests.setBrowser),
  setStore: answers<Settings>()(requests.setStore),
  unlockStore: answers<Settings>()(requests.unlockStore),
  lockStore: answers<Settings>()(requests.nothing),
  changePassphrase: answers<Settings>()(requests.changePassphrase),

  openExternal: answers<void>()(requests.openExternal),
  copyText: answers<void>()(requests.copyText),
  /** Answers once it is in the clipboard and its clearing is scheduled. */
  copySecret: answers<{ readonly clearedInSeconds: number }>()(requests.copySecret),
} as const;

export type Contract = typeof contract;
export type Method = keyof Contract;
export type RequestOf<M extends Method> = z.infer<Contract[M]['request']>;
export type ResponseOf<M extends Method> = Exclude<Contract[M]['response'], undefined>;

/** What the main process implements; failures are thrown as `KeytrayError` and cross as `Outcome`. */
export type AppApi = { readonly [M in Method]: (request: RequestOf<M>) => Promise<ResponseOf<M>> };

/** What the preload script gives the page as `window.keytray`. */
export type Bridge = {
  readonly [M in Method]: (request: RequestOf<M>) => Promise<Outcome<ResponseOf<M>>>;
} & {
  /** Calls `listener` on every event until the returned function is called. The first is the broker's `state`. */
  readonly onEvent: (listener: (event: AppEvent) => void) => () => void;
};
