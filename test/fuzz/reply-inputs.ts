import { mutate } from './mutation.ts';
import { type Random, randomFor } from './random.ts';

export const replyKinds = ['token', 'record', 'metadata', 'device', 'claims', 'userinfo', 'jwks'] as const;
export type ReplyKind = (typeof replyKinds)[number];

/** One thing a server says: what of it is bent is told by the seed and the index alone. */
export interface ReplyInput {
  readonly kind: ReplyKind;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const numbers: readonly unknown[] = [
  ...[0, -0, -1, 1, 0.5, 1.5, 59, 3_600, 315_360_000, 315_360_001, 2 ** 31, 2 ** 32, 2 ** 53, 8.64e12, 8.64e15],
  ...[1e18, 1e300, -1e300, 1.79e308, 5e-324, -0.1],
  ...['0', '3600', '-1', '1.5', '9223372036854775807', '1e9', '0x10', ' 5', 'never', 'NaN', '9'.repeat(400)],
];
const hidden = '\u0000\u0007\n\r\u001b\u007f\u0085\u009b\u061c\u200b\u200e\u202e\u2066\ufeff\u{e0041}\ud800\udc00';
const others: readonly unknown[] = [null, '', ' ', true, false, [], {}, [null], { a: 1 }, 'x'.repeat(5_000)];
const dates = [
  'Sat, 28 Nov 2026 10:00:00 GMT',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  'Fri, 31 Dec 9999 23:59:59 GMT',
  'Sat, 13 Sep 275760 00:00:00 GMT',
  '-1',
  'yesterday',
  '1e300',
];
const waits = [...dates, '0', '1', '120', '-5', '1.5', '999999999', '99999999999999999999'];

/** A value of another kind, or the same with something in it that nobody sees. */
function bent(value: unknown, random: Random): unknown {
  if (typeof value === 'string' && random.chance(0.5)) {
    const at = random.int(value.length + 1);
    return value.slice(0, at) + random.pick([...hidden]) + value.slice(at);
  }
  return random.pick(random.chance(0.6) ? numbers : others);
}

export const valid: Readonly<Record<ReplyKind, Readonly<Record<string, unknown>>>> = {
  token: {
    access_token: 'access-new',
    token_type: 'Bearer',
    refresh_token: 'refresh-new',
    expires_in: 3_600,
    refresh_expires_in: 86_400,
    refresh_token_expires_in: 86_400,
    scope: 'read write',
    error: undefined,
    error_description: undefined,
  },
  record: {
    version: 1,
    refresh: 'refresh-1',
    access: 'access-1',
    token_type: 'bearer',
    scope: 'read write',
    lifetime: 36_000,
    obtained_at: 1_767_225_600_000,
    boot_id: 'boot-1',
    uptime: 10_000,
    generation: 1,
    clock_skew: 3,
    identity: { issuer: 'https://as.example', subject: 'ada', email: 'ada@as.example', name: 'Ada' },
    client_id: 'keytray',
    issuer: 'https://as.example',
    origins: { token: 'https://as.example' },
    signed_in_at: 1_767_225_600_000,
    login_end: { at: 1_767_999_999_000, moves: 'no' },
  },
  metadata: {
    issuer: 'https://as.example',
    authorization_endpoint: 'https://as.example/authorize',
    token_endpoint: 'https://as.example/token',
    revocation_endpoint: 'https://as.example/revoke',
    device_authorization_endpoint: 'https://as.example/device',
    userinfo_endpoint: 'https://as.example/userinfo',
    jwks_uri: 'https://as.example/jwks',
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    response_types_supported: ['code'],
    authorization_response_iss_parameter_supported: true,
    id_token_signing_alg_values_supported: ['ES256'],
    scopes_supported: ['openid'],
  },
  /** Of an ID token; those that tie it to the request are added when it is signed. */
  claims: {
    sub: 'ada',
    exp: undefined,
    iat: undefined,
    auth_time: undefined,
    email: 'ada@as.example',
    email_verified: true,
    name: 'Ada',
    preferred_username: 'ada',
  },
  userinfo: { sub: 'ada', email: 'ada@as.example', email_verified: true, name: 'Ada', preferred_username: 'ada' },
  jwks: { keys: [] },
  device: {
    device_code: 'device-code',
    user_code: 'ABCD-EFGH',
    verification_uri: 'https://as.example/enter',
    verification_uri_complete: 'https://as.example/enter?code=ABCD-EFGH',
    expires_in: 600,
    interval: 5,
  },
};

function bentMembers(whole: Readonly<Record<string, unknown>>, random: Random): Record<string, unknown> {
  const members = { ...whole };
  for (let changes = 1 + random.int(3); changes > 0 && Object.keys(members).length > 0; changes -= 1) {
    const name = random.pick(Object.keys(members));
    const value = members[name];
    if (random.chance(0.1)) delete members[name];
    else if (typeof value === 'object' && value !== null && !Array.isArray(value) && random.chance(0.8)) {
      members[name] = bentMembers(value as Record<string, unknown>, random);
    } else members[name] = bent(value, random);
  }
  return members;
}

export function replyInput(seed: number, index: number): ReplyInput {
  const random = randomFor(seed, index);
  const kind = random.pick(replyKinds);
  const whole = valid[kind];
  const text = JSON.stringify(random.chance(0.9) ? bentMembers(whole, random) : whole);
  const raw = random.chance(0.15) ? mutate(Buffer.from(text), random, [Buffer.from(text)]).toString() : text;
  const headers: Record<string, string> = {};
  if (random.chance(0.3)) headers.date = random.pick(dates);
  if (random.chance(0.2)) headers['retry-after'] = random.pick(waits);
  const status = random.chance(0.85) ? 200 : random.pick([201, 204, 302, 400, 401, 403, 429, 500, 503]);
  return { kind, status, headers, body: raw };
}
