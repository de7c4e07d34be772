import { type AccountState, presentState, type StateReason } from '../core/accounts/account-state.ts';
import { serverFailure } from '../core/accounts/server-directory.ts';
import type { TokenRecord } from '../core/accounts/token-record.ts';
import { type FailureCode, failures, fixes, KeytrayError } from '../core/errors.ts';
import { nextStep, whatToDo } from '../core/failures/next-step.ts';
import { knownErrors } from '../core/oauth/error-class.ts';
import { wordsOfNetwork, wordsOfOAuthError, wordsOfStatus } from '../core/oauth/failure-words.ts';
import { OAuthFailure, type OAuthFailureCause } from '../core/oauth/oauth-failure.ts';
import { Secret } from '../core/secret.ts';
import type { StoreTrouble } from '../core/stores/secret-store.ts';
import { storeFailure } from '../core/stores/store-failure.ts';
import { account, type Row, table, told } from './failure-rows.ts';
import { commandLineWords, ownWords } from './failure-words.ts';

/** docs/failures.md: every failure as people meet it, from the code that says it. */

const host = 'login.example';

function codes(): string {
  const rows = Object.entries(failures).map(([name, { status, exit }]) => {
    const code = name as FailureCode;
    const alone = nextStep(new KeytrayError(code, ''));
    const ofAccount = nextStep(new KeytrayError(code, '', { account }));
    return [`\`${code}\``, String(exit), String(status), ofAccount, alone === ofAccount ? 'the same' : alone];
  });
  return table(['code', 'exit status', 'HTTP', 'what to do, for an account', 'otherwise'], rows);
}

function cures(): string {
  const rows = fixes.map((fix) => {
    const failure = new KeytrayError('misconfigured', '', { account, fix });
    return [`\`${fix}\``, nextStep(failure), whatToDo(failure)];
  });
  return table(['`fix`', 'on the command line', 'in the window'], rows);
}

const failing = (message: string, cause: OAuthFailureCause, stored = false): KeytrayError =>
  serverFailure(new OAuthFailure(message, cause), { id: account, clientSecret: { stored } });

function serverErrors(): string {
  const rows = knownErrors.flatMap((error) => {
    const cause = { kind: 'oauth_error', error, description: undefined, status: 400 } as const;
    const row = (stored: boolean, more = ''): Row => [
      `\`${error}\`${more}`,
      ...told(failing(wordsOfOAuthError(error, undefined, host, 400), cause, stored)),
    ];
    if (error !== 'invalid_client') return [row(false)];
    return [row(false, ', no client secret stored'), row(true, ', a client secret stored')];
  });
  return table(['the server says', 'code, exit status', 'what happened', 'what to do'], rows);
}

const networkCodes = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'PROXY_ANSWERED_407',
  'PROXY_REFUSED',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
];
const statuses = [302, 400, 403, 404, 407, 408, 410, 429, 500, 503];

function noAnswer(): string {
  const rows = [
    ...networkCodes.map((code) => [
      `\`${code}\``,
      ...told(failing(wordsOfNetwork(code, host), { kind: 'network', code })),
    ]),
    ...statuses.map((status) => [
      `status ${status}`,
      ...told(failing(wordsOfStatus(status, host), { kind: 'http_status', status })),
    ]),
  ];
  return table(['seen', 'code, exit status', 'what happened', 'what to do'], rows);
}

const detail = 'WHY';
const troubles: readonly StoreTrouble[] = [
  { kind: 'locked' },
  { kind: 'absent', detail },
  { kind: 'denied', detail },
  { kind: 'corrupt', detail },
  { kind: 'stuck' },
];
const inFile: readonly StoreTrouble[] = troubles.map((trouble) => ({ ...trouble, store: 'encrypted-file' }));

function stores(): string {
  const rows = [...troubles, ...inFile].map((trouble) => [
    `${trouble.store ?? 'keychain'}: ${trouble.kind}`,
    ...told(storeFailure(trouble, account)),
  ]);
  return table(['store', 'code, exit status', 'what happened', 'what to do'], rows);
}

const record: TokenRecord = {
  grant: 'authorization_code',
  refreshToken: new Secret('refresh'),
  accessToken: new Secret('access'),
  idToken: undefined,
  idTokenRenewed: undefined,
  tokenType: 'bearer',
  scope: undefined,
  lifetime: undefined,
  obtainedAt: 0,
  bootId: '',
  uptime: 0,
  generation: 1,
  clockSkew: undefined,
  identity: undefined,
  clientId: '',
  issuer: undefined,
  endpoints: undefined,
  signedInAt: 0,
  loginEnd: undefined,
  sessionEnded: false,
  learned: undefined,
};
const pace = { failures: 1, retryAt: 0, askedRetryAt: 0, forbiddenUntil: 0, why: detail };

interface Example {
  readonly state: AccountState;
  readonly expired?: true;
  readonly signingIn?: true;
  readonly rateLimited?: number;
}

const signedIn = (problem: (AccountState & { kind: 'signed_in' })['problem'], changes = {}): AccountState => ({
  kind: 'signed_in',
  record: { ...record, ...changes },
  problem,
});
const unreadable = (trouble: StoreTrouble): Example => ({ state: { kind: 'unreadable', trouble } });
const dead = { kind: 'dead', why: detail } as const;

/** One account for each reason there is. */
export const examples: Readonly<Record<StateReason, Example>> = {
  not_read_yet: { state: { kind: 'unread' } },
  keychain_locked: unreadable({ kind: 'locked' }),
  keychain_absent: unreadable({ kind: 'absent', detail }),
  keychain_denied: unreadable({ kind: 'denied', detail }),
  keychain_corrupt: unreadable({ kind: 'corrupt', detail }),
  keychain_stuck: unreadable({ kind: 'stuck' }),
  encrypted_file_locked: unreadable({ kind: 'locked', store: 'encrypted-file' }),
  encrypted_file_absent: unreadable({ kind: 'absent', detail, store: 'encrypted-file' }),
  encrypted_file_denied: unreadable({ kind: 'denied', detail, store: 'encrypted-file' }),
  encrypted_file_corrupt: unreadable({ kind: 'corrupt', detail, store: 'encrypted-file' }),
  encrypted_file_stuck: unreadable({ kind: 'stuck', store: 'encrypted-file' }),
  never_signed_in: { state: { kind: 'signed_out', why: 'never' } },
  signed_out: { state: { kind: 'signed_out', why: 'logout' } },
  sign_in_open: { state: { kind: 'signed_out', why: 'never' }, signingIn: true },
  record_corrupt: { state: { kind: 'signed_out', why: 'corrupt' } },
  registration_changed: { state: { kind: 'signed_out', why: 'registration_changed', issuedBy: host } },
  session_ended: { state: signedIn(dead), expired: true },
  expired: { state: signedIn({ kind: 'none' }, { refreshToken: undefined }), expired: true },
  login_required: { state: signedIn(dead) },
  unreachable: { state: signedIn({ kind: 'unreachable', maybeSpent: false, ...pace }) },
  misconfigured: { state: signedIn({ kind: 'misconfigured', error: 'invalid_client', ...pace }) },
  access_denied: {
    state: signedIn({ kind: 'misconfigured', error: 'access_denied', denied: true, ...pace }),
  },
  key_expired: { state: signedIn({ kind: 'none' }, { grant: 'api_key' }), expired: true },
  key_refused: { state: signedIn(dead, { grant: 'api_key' }) },
  rate_limited: { state: signedIn({ kind: 'none' }), rateLimited: 30 },
  refused: { state: signedIn({ kind: 'refused', count: 1, firstSeen: 0, lastSeen: 0, ...pace }) },
};

/** What people are told of an example. */
export const presentedExample = ({ state, expired, signingIn, rateLimited }: Example) =>
  presentState(state, { secondsLeft: expired ? 0 : 600, signingIn: signingIn === true, rateLimited });

function accounts(): string {
  const rows = Object.entries(examples).map(([reason, example]) => {
    const presented = presentedExample(example);
    return [`\`${presented.name}\``, `\`${reason}\``, presented.name === 'active' ? '' : presented.description];
  });
  return table(['state', '`reason`', 'what people are told'], rows);
}

/** The whole of docs/failures.md. */
export function failureTables(): string {
  return `# Failures

Written by \`npm run schema\` on Linux from the code that says it; change it there. WHY stands for words of the system.

A failure has a stable code, a sentence that says what happened, and one that says what to do. The words of the protocol
are its \`detail\`: under "Details" in the window, with \`--verbose\` on the command line, in every JSON. What follows is told
of an account \`${account}\` at the server ${host}.

## By code

Where a failure has no \`fix\` and no \`advice\` of its own, its code says what to do.

${codes()}

## What cures it

\`fix\` is a stable word in JSON and in the local API. The window shows its sentence, and a button where it can do it.

${cures()}

## What the authorization server says

At a sign-in. At a refresh only what is listed in [refresh.md](refresh.md#what-a-failure-means) ends one.

${serverErrors()}

## No answer, or not from the server

${noAnswer()}

## The store of the tokens

${stores()}

## Accounts that are not simply well

\`state\` and \`reason\` are stable words in \`keytray status --json\` and the local API.

${accounts()}

## In words of their own

What one place alone can say. Capitals stand for what is filled in.

${ownWords()}

## The command line itself

${commandLineWords()}
`;
}
