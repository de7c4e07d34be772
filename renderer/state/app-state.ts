import type { AccountView, Activity, AppEvent, BrokerEvent, LoginView, Settings, StatusView } from '../../ipc/views.ts';

/** All that pages show of the broker, as last told. */
export interface AppState {
  readonly status: Omit<StatusView, 'accounts' | 'logins'> | undefined;
  readonly accounts: ReadonlyMap<string, AccountView>;
  /** The last sign-in of each account, also after it has ended. */
  readonly logins: ReadonlyMap<string, LoginView>;
  /** Newest first. */
  readonly activity: readonly Activity[];
  /** When each account last handed out a token. */
  readonly lastHandOut: ReadonlyMap<string, string>;
  readonly settings: Settings | undefined;
}

export const emptyState: AppState = {
  status: undefined,
  accounts: new Map(),
  logins: new Map(),
  activity: [],
  lastHandOut: new Map(),
  settings: undefined,
};

const mostActivity = 2_000;

function byId<Value>(values: readonly Value[], id: (value: Value) => string): ReadonlyMap<string, Value> {
  return new Map(values.map((value) => [id(value), value]));
}

function withEntry<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> {
  return new Map(map).set(key, value);
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

function lastHandOuts(activity: readonly Activity[]): ReadonlyMap<string, string> {
  const last = new Map<string, string>();
  for (const { account, at, what } of activity) {
    if (what.kind === 'handed_out' && !last.has(account)) last.set(account, at);
  }
  return last;
}

function afterBrokerEvent(state: AppState, event: BrokerEvent): AppState {
  switch (event.type) {
    case 'state': {
      const { accounts, logins, ...status } = event.status;
      return {
        ...state,
        status,
        accounts: byId(accounts, (view) => view.account),
        logins: new Map([...state.logins, ...byId(logins, (login) => login.account)]),
      };
    }
    case 'account':
      return { ...state, accounts: withEntry(state.accounts, event.account.account, event.account) };
    case 'account_removed':
      return {
        ...state,
        accounts: without(state.accounts, event.account),
        logins: without(state.logins, event.account),
      };
    case 'login':
      return { ...state, logins: withEntry(state.logins, event.login.account, withCode(state, event.login)) };
    case 'handed_out':
      // Told as activity as well, which is where it is kept.
      return state;
  }
}

/** The code to enter is told once, to who started the login; events leave it out. All else is as last told. */
function withCode(state: AppState, login: LoginView): LoginView {
  const known = state.logins.get(login.account);
  if (known?.login_id !== login.login_id || login.state !== 'started') return login;
  const { user_code, verification_uri_complete } = known;
  return {
    ...(user_code === undefined ? {} : { user_code }),
    ...(verification_uri_complete === undefined ? {} : { verification_uri_complete }),
    ...login,
  };
}

export function afterEvent(state: AppState, event: AppEvent): AppState {
  switch (event.type) {
    case 'broker':
      return afterBrokerEvent(state, event.event);
    case 'activity': {
      if (state.activity.some(({ id }) => id === event.activity.id)) return state;
      return withActivity(state, [event.activity, ...state.activity]);
    }
    case 'settings':
      return { ...state, settings: event.settings };
    case 'show':
      return state;
  }
}

export function withActivity(state: AppState, activity: readonly Activity[]): AppState {
  const newestFirst = [...byId(activity, ({ id }) => String(id)).values()].sort((a, b) => b.id - a.id);
  const kept = newestFirst.slice(0, mostActivity);
  return { ...state, activity: kept, lastHandOut: lastHandOuts(kept) };
}

/** A login as its starter is told of it, with the code. */
export function withLogin(state: AppState, login: LoginView): AppState {
  return { ...state, logins: withEntry(state.logins, login.account, login) };
}
