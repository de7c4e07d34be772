import type { Account } from '../../accounts/account.ts';
import { presentState } from '../../accounts/account-state.ts';
import { secondsLeft } from '../../accounts/token-age.ts';
import type { TokenRecord } from '../../accounts/token-record.ts';
import { failureView } from '../../failures/failure-view.ts';
import { whatToDo } from '../../failures/next-step.ts';
import { type Identity, personOf, shownIdentity } from '../../oauth/token-reply.ts';
import type { Clock } from '../../ports.ts';
import { planFor } from '../../refresh/refresh-facts.ts';
import type { InputInvitation, PendingLogin } from '../../sign-in/pending-login.ts';
import type { PendingLogins } from '../../sign-in/pending-logins.ts';
import type { Revocation } from '../../sign-in/sign-out.ts';
import { isoTime } from '../../untrusted/instant.ts';
import { printable } from '../../untrusted/plain-text.ts';
import type { AccountView, LoginView, LogoutView } from '../../wire/schemas.ts';

/** Leaves out what is undefined, as JSON would. */
function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function subjectView(identity: Identity | undefined): AccountView['subject'] {
  return identity && present({ ...shownIdentity(identity) });
}

function confirmView(identity: Identity | undefined): NonNullable<LoginView['confirm']> {
  return present({ who: identity && personOf(identity) });
}

function inputView({ fields }: Pick<InputInvitation, 'fields'>): NonNullable<LoginView['input']> {
  return { fields: fields.map(({ name, title, where }) => present({ name, title, where })) };
}

/**
 * A pending login as everybody may see it. No secret: the start address is good for this user alone, the
 * authorization URL behind it and the user code are left out.
 */
export function loginView(login: PendingLogin): LoginView {
  const { phase } = login;
  const common = { login_id: login.id, account: login.account, state: phase.kind };
  switch (phase.kind) {
    case 'started': {
      const { browser, device, question, note, noBrowser, input } = phase;
      return present<LoginView>({
        ...common,
        authorization_url: browser?.startUrl?.href,
        verification_uri: device?.verificationUri.href,
        expires_at: isoTime(Math.max(browser?.expiresAt ?? 0, device?.expiresAt ?? 0, input?.expiresAt ?? 0)),
        input: input && inputView(input),
        confirm: question && confirmView(question.identity),
        note,
        no_browser: noBrowser && { ...noBrowser, why: printable(noBrowser.why) },
      });
    }
    case 'succeeded':
      return present<LoginView>({ ...common, subject: subjectView(phase.identity) });
    case 'failed': {
      const { code, message, fix, advice } = phase.failure;
      const { error, error_description, detail } = failureView(phase.failure);
      const next_step = printable(whatToDo({ code, message, account: login.account, fix, advice }));
      return present<LoginView>({ ...common, error, error_description, fix, advice, next_step, detail });
    }
    case 'expired':
      return notSignedIn(common, phase.note, 'the sign-in timed out');
    case 'cancelled':
      return notSignedIn(common, phase.note, 'the sign-in was cancelled');
    case 'requested':
      return common;
  }
}

const notSignedIn = (
  common: Pick<LoginView, 'login_id' | 'account' | 'state'>,
  note: string | undefined,
  otherwise: string,
): LoginView => present<LoginView>({ ...common, error: 'login_required', error_description: note ?? otherwise, note });

/** The same for whoever starts or follows this very login: with the code to enter. */
export function loginViewWithCode(login: PendingLogin): LoginView {
  const view = loginView(login);
  const device = login.phase.kind === 'started' ? login.phase.device : undefined;
  if (device === undefined) return view;
  return present<LoginView>({
    ...view,
    verification_uri_complete: device.verificationUriComplete?.reveal(),
    user_code: device.userCode.reveal(),
  });
}

function loginEndOf(record: TokenRecord | undefined): string | undefined {
  const end = record?.loginEnd;
  return end === undefined || end.moves === 'yes' ? undefined : isoTime(end.at);
}

function clientSecretView({ clientSecret, settings }: Account): AccountView['client_secret'] {
  if (clientSecret.stored === undefined) return undefined;
  if (clientSecret.stored) return 'stored';
  return settings.clientSecret === 'required' ? 'missing' : 'none';
}

const servesOf = ({ serves }: Account['settings']): AccountView['serves'] =>
  Object.fromEntries(Object.entries(serves).map(([family, hosts]) => [family, [...hosts]]));

/** What can be told of an account whose view cannot be built: its settings alone, so that the others are told of too. */
export function brokenView({ id, settings }: Account): AccountView {
  return {
    account: id,
    service: settings.service,
    title: settings.title,
    state: 'degraded',
    reason: 'internal_error',
    reason_description: 'Keytray cannot tell the state of this account; see the broker log.',
    scopes: [...settings.scopes],
    store: settings.store,
    tls_verified: settings.tls.verify,
    serves: servesOf(settings),
  };
}

export function accountView(account: Account, logins: PendingLogins, clock: Clock): AccountView {
  const { settings, state, record } = account;
  const login = logins.of(account.id);
  const left = record === undefined ? 0 : secondsLeft(record, clock);
  const presented = presentState(state, {
    secondsLeft: left,
    signingIn: login?.phase.kind === 'started',
    rateLimited: restOf(account, clock),
  });
  const plan = planFor(account, clock);
  const expires = record?.lifetime === undefined || !Number.isFinite(left) ? undefined : left;
  return present<AccountView>({
    account: account.id,
    service: settings.service,
    title: settings.title,
    grant: settings.grant.kind,
    url: settings.url,
    settings: Object.keys(settings.settings).length === 0 ? undefined : { ...settings.settings },
    fields: settings.fields.length === 0 ? undefined : inputView(settings).fields,
    state: presented.name,
    reason: presented.name === 'active' ? undefined : presented.reason,
    reason_description: presented.name === 'active' ? undefined : printable(presented.description),
    reason_detail:
      presented.name === 'active' || presented.detail === undefined ? undefined : printable(presented.detail),
    subject: subjectView(record?.identity),
    scopes: record?.scope === undefined ? [...settings.scopes] : record.scope.split(' '),
    store: settings.store,
    environment: settings.environment,
    client_auth: account.remarks.clientAuth ?? settings.clientAuth,
    tls_verified: settings.tls.verify,
    expires_at: expires === undefined ? undefined : isoTime(clock.now() + expires * 1_000),
    expires_in: expires === undefined ? undefined : Math.max(0, Math.floor(expires)),
    last_refresh: record === undefined ? undefined : isoTime(record.obtainedAt),
    next_refresh: plan.kind === 'in' ? isoTime(clock.now() + plan.delay * 1_000) : undefined,
    client_secret: clientSecretView(account),
    login_expires_at: loginEndOf(record),
    clock_skew: record?.clockSkew,
    serves: servesOf(settings),
    login: login && loginView(login),
  });
}

/** Seconds for which the service wants to be left alone. */
function restOf({ remarks }: Account, clock: Clock): number | undefined {
  const left = remarks.restingUntil === undefined ? 0 : remarks.restingUntil - clock.monotonic();
  return left > 0 ? Math.ceil(left / 1_000) : undefined;
}

export function logoutView(account: string, revocation: Revocation): LogoutView {
  switch (revocation.kind) {
    case 'failed':
      return { account, revocation: 'failed', detail: printable(revocation.why) };
    case 'shared':
      return { account, revocation: 'shared', detail: `${revocation.with} uses the same grant` };
    case 'stays':
      return { account, revocation: 'not_asked', detail: printable(revocation.what) };
    default:
      return { account, revocation: revocation.kind };
  }
}
