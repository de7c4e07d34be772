import {
  answers,
  cutShort,
  emptyReply,
  first,
  refuses,
  repliesWith,
  replyLost,
  resetInBody,
} from '../../support/faulty-server.ts';
import type { Fault } from '../../support/rotating-server.ts';

/** What is seen of an account before and after its access token has run out, and of the person who owns it. */
export interface Expected {
  /** Requests the server sees until 100 seconds before the end of the access token, nobody asking. */
  readonly ahead: number;
  /** State then; the valid token is served in any case. */
  readonly whileValid: string;
  /** What a caller gets who insists on more than is left. */
  readonly insisting: string;
  /** State 100 seconds after the end. */
  readonly expired: string;
  /** What a caller gets then. */
  readonly served: string;
  /** Requests in the hour after. */
  readonly hour: number;
  /** Ids of the notices shown, in order. */
  readonly notices: readonly string[];
  /** What a caller gets, nobody having signed in, an hour after the server is well again. */
  readonly healed: string;
}

export interface FaultRow {
  readonly name: string;
  readonly fault: () => Fault;
  readonly expected: Expected;
  readonly grace?: boolean;
}

/** Nothing speaks against the token: tries are 1, 2, 4, … seconds apart, 14 to 15 minutes at most. */
const backsOff: Expected = {
  ahead: 10,
  whileValid: 'degraded/unreachable',
  insisting: 'temporarily_unavailable',
  expired: 'degraded/unreachable',
  served: 'temporarily_unavailable',
  hour: 4,
  notices: [],
  healed: 'token',
};

/** `Retry-After: 1200`, obeyed each time. */
const waits: Expected = { ...backsOff, ahead: 1, hour: 3 };

const recovers: Expected = {
  ahead: 2,
  whileValid: 'active',
  insisting: 'token',
  expired: 'active',
  served: 'token',
  hour: 1,
  notices: [],
  healed: 'token',
};

/** No request after the second sighting. */
const ended: Expected = {
  ahead: 2,
  whileValid: 'degraded/login_required',
  insisting: 'login_required',
  expired: 'login_required/session_ended',
  served: 'login_required',
  hour: 0,
  notices: ['sign-in:lab'],
  healed: 'login_required',
};

/** Sent, sent once more for the lost reply, and the second look two seconds later. */
const endedByLoss: Expected = { ...ended, ahead: 3 };

const misconfigured: Expected = {
  ahead: 1,
  whileValid: 'degraded/misconfigured',
  insisting: 'misconfigured',
  expired: 'degraded/misconfigured',
  served: 'misconfigured',
  hour: 1,
  notices: ['misconfigured:lab'],
  healed: 'token',
};

/** The third try comes two minutes after the first, later ones at 3, 5, 9 minutes and then as rarely as any. */
const refused: Expected = {
  ahead: 6,
  whileValid: 'degraded/refused',
  insisting: 'temporarily_unavailable',
  expired: 'login_required/session_ended',
  served: 'login_required',
  hour: 4,
  notices: ['sign-in:lab'],
  healed: 'token',
};

const inTwentyMinutes = (): string => new Date(Date.now() + 1_200_000).toUTCString();
const json = { 'content-type': 'application/json' };
const always = (name: string, expected: Expected, fault: Fault | (() => Fault)): FaultRow => ({
  name,
  expected,
  fault: fault.length === 0 ? (fault as () => Fault) : () => fault as Fault,
});

export const faultRows: readonly FaultRow[] = [
  { name: 'a lost reply, with grace', expected: recovers, grace: true, fault: () => first(replyLost) },
  { name: 'a reply reset in its body, with grace', expected: recovers, grace: true, fault: () => first(resetInBody) },
  { name: 'a reply cut short, with grace', expected: recovers, grace: true, fault: () => first(cutShort) },
  { name: 'a lost reply, without grace', expected: endedByLoss, fault: () => first(replyLost) },
  { name: 'a reply reset in its body, without grace', expected: endedByLoss, fault: () => first(resetInBody) },
  { name: 'a reply cut short, without grace', expected: endedByLoss, fault: () => first(cutShort) },
  always('an empty reply, each time', { ...backsOff, ahead: 20, hour: 8 }, answers(200, json, '')),
  always('200 with HTML', backsOff, answers(200)),
  always('302 to a captive portal', backsOff, answers(302, { location: 'http://portal.example/login' }, '')),
  always('307', backsOff, answers(307, { location: 'https://elsewhere.example/token' }, '')),
  always('403 of a web application firewall', backsOff, answers(403)),
  always('404', backsOff, answers(404)),
  always('407', backsOff, answers(407, { 'proxy-authenticate': 'Basic realm="proxy"' }, '')),
  always('408', backsOff, answers(408, {}, '')),
  always('429 without Retry-After', backsOff, answers(429, {}, '')),
  always('429 with Retry-After in seconds', waits, answers(429, { 'retry-after': '1200' }, '')),
  always('429 with Retry-After as a date', waits, () => answers(429, { 'retry-after': inTwentyMinutes() }, '')),
  always('429 with a Retry-After nobody can read', backsOff, answers(429, { 'retry-after': 'soon' }, '')),
  always('500', backsOff, answers(500)),
  always('502', backsOff, answers(502)),
  always('503', backsOff, answers(503)),
  always('503 with Retry-After', waits, answers(503, { 'retry-after': '1200' })),
  always('504', backsOff, answers(504)),
  always('503 that says invalid_grant', backsOff, refuses('invalid_grant', 503)),
  always('temporarily_unavailable', backsOff, refuses('temporarily_unavailable')),
  always(
    'a reply of another content type',
    { ...recovers, ahead: 1 },
    repliesWith({}, { 'content-type': 'text/html' }),
  ),
  always('a reply without an access token', backsOff, emptyReply),
  always('a rotation without an access token', backsOff, repliesWith({ access_token: null })),
  always('a rotation with a token of another type', backsOff, repliesWith({ token_type: 'mac' })),
  always('a bare 400', refused, answers(400)),
  always('a bare 401', refused, answers(401, { 'www-authenticate': 'Basic realm="x"' }, '')),
  always('400 with JSON that is no OAuth error', refused, answers(400, json, '{"message":"Bad credentials"}')),
  always('an error nobody knows', refused, refuses('token_is_tired')),
  { name: 'invalid_grant once', expected: recovers, fault: () => first(refuses('invalid_grant')) },
  always('invalid_grant', ended, refuses('invalid_grant')),
  always('invalid_grant with 401', ended, refuses('invalid_grant', 401)),
  always('invalid_client', misconfigured, refuses('invalid_client', 401)),
  always('unauthorized_client', misconfigured, refuses('unauthorized_client')),
  always('invalid_scope', misconfigured, refuses('invalid_scope')),
  {
    name: 'a bare 400 once',
    expected: recovers,
    fault: () => first(answers(400)),
  },
];
