import { z } from 'zod';
import { grantKinds } from '../services/grant.ts';
import { presentWords } from '../services/present.ts';
import { checkEndpointUrl } from './endpoint-url.ts';
import { checkRoleArn } from './host-pattern.ts';
import { checked, noSecrets, text } from './schema-parts.ts';

/** The keys that say how an account comes to its credential, and how it is presented. */

const grant = z
  .enum(grantKinds)
  .optional()
  .describe('How the account comes to its credential. Default: the first that the service offers.');

const url = checked(z.string().min(1).max(2048), (value) => {
  const problem = checkEndpointUrl(value, 'issuer');
  if (problem === undefined) return undefined;
  return problem.message === 'a query in the issuer' ? { ...problem, message: 'a query in the URL' } : problem;
})
  .optional()
  .describe('Base of the service’s API, or your own instance of the service.');

const settingName = /^[a-z][a-z0-9_]*$/;
const settings = checked(z.record(z.string().min(1).max(64), text), (values) => {
  const names = Object.keys(values);
  const secret = names.find((name) => /secret|password|token|key$/i.test(name));
  if (secret !== undefined) return { message: `${secret} looks like a secret`, fix: noSecrets };
  const wrong = names.find((name) => !settingName.test(name));
  return wrong === undefined
    ? undefined
    : { message: 'not the name of a setting', fix: 'use lower-case letters, digits and _' };
})
  .optional()
  .describe('What else the service wants to know and is not secret; `keytray services show` lists the names.');

/** RFC 9110 §5.1. */
const headerName = checked(z.string().min(1).max(64), (value) => {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value)) {
    return { message: 'not the name of a header', fix: 'write a name such as X-API-Key' };
  }
  const reserved = /^(?:host|connection|content-length|content-type|transfer-encoding|cookie|proxy-authorization)$/i;
  return reserved.test(value) ? { message: `${value} is not for credentials`, fix: 'name another header' } : undefined;
});

const present = z
  .union([z.enum(presentWords), z.strictObject({ header: headerName })])
  .optional()
  .describe('How requests carry the credential. Default: what the service wants, mostly `bearer`.');

const units = { s: 1, m: 60, h: 3_600 } as const;

/** Seconds, or undefined where the text is not a duration. */
export function secondsOf(value: number | string): number | undefined {
  if (typeof value === 'number') return value;
  const parts = /^(\d{1,6})(s|m|h)$/.exec(value);
  if (parts === null) return undefined;
  return Number(parts[1]) * units[parts[2] as keyof typeof units];
}

const minValidity = checked(z.union([z.int(), z.string()]), (value) => {
  const seconds = secondsOf(value);
  if (seconds === undefined) return { message: 'not a duration', fix: 'write seconds (300), or 30s, 5m, 1h' };
  return seconds >= 0 && seconds <= 86_400
    ? undefined
    : { message: 'out of range', fix: 'write a duration from 0 to 24h' };
})
  .optional()
  .describe('Time a token must have left to be handed out, at most 80 % of its life: seconds, or 30s, 5m, 1h.');

/** Milliseconds since the epoch, or undefined where the text is not a date. A date alone means its end, in UTC. */
export function expiryOf(value: string): number | undefined {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value);
  if (!day && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.test(value))
    return undefined;
  const at = Date.parse(day ? `${value}T23:59:59Z` : value);
  return Number.isNaN(at) ? undefined : at;
}

const expiresAt = checked(z.string().min(1).max(40), (value) =>
  expiryOf(value) === undefined
    ? { message: 'not a date', fix: 'write 2027-01-31, or 2027-01-31T09:00:00Z' }
    : undefined,
)
  .optional()
  .describe('When the key ends, where neither the key nor the service tells: a date (UTC) or a time.');

const accountRef = z.string().min(1).max(64);
const words = z.array(text).min(1).max(100);

const command = words.optional().describe('The program that prints the token, and its arguments. No shell sees it.');

const awsCredentials = z
  .union([
    z.strictObject({ profile: text }),
    z.strictObject({ env: z.literal(true) }),
    z.strictObject({ command: words }),
    z.strictObject({ account: accountRef, role: checked(text, checkRoleArn) }),
  ])
  .optional()
  .describe('Where the AWS credentials come from that prove who asks.');

const endpoint = checked(text, (value) =>
  /^projects\/[\w-]+\/branches\/[\w-]+\/endpoints\/[\w-]+$/.test(value)
    ? undefined
    : { message: 'not an endpoint', fix: 'write projects/P/branches/B/endpoints/E' },
);
const target = checked(
  z.strictObject({
    instance: text.optional().describe('Name of the database instance.'),
    endpoint: endpoint.optional().describe('Endpoint of a branch: projects/P/branches/B/endpoints/E.'),
    database: text.optional().describe('Default: databricks_postgres.'),
    port: z.int().min(1).max(65_535).optional().describe('Default: 5432.'),
    sslmode: z.enum(['verify-full', 'require']).optional().describe('Default: verify-full.'),
    password: z
      .enum(['generated', 'native'])
      .optional()
      .describe('`generated`: short-lived, from the account. `native`: the role’s own, entered once.'),
  }),
  (value) =>
    (value.instance === undefined) === (value.endpoint === undefined)
      ? { message: 'needs one of instance and endpoint', fix: 'write instance: NAME, or endpoint: projects/…' }
      : undefined,
);
const lakebase = checked(z.record(z.string().min(1).max(64), target), (targets) => {
  const wrong = Object.keys(targets).find((name) => !/^[a-z0-9][a-z0-9._-]*$/.test(name));
  return wrong === undefined ? undefined : { message: 'not the name of a target', fix: 'use a-z, 0-9, . _ and -' };
})
  .optional()
  .describe('Databases of the workspace, by a name of your own.');

export const grantKeys = {
  grant,
  url,
  settings,
  present,
  min_validity: minValidity,
  pre_authenticate: z
    .boolean()
    .optional()
    .describe('Fetch a token at start, so that trouble shows before work begins. Not for sign-ins in a browser.'),
  expires_at: expiresAt,
  subject_account: accountRef.optional().describe('The account whose token is exchanged (RFC 8693).'),
  subject_token: z
    .enum(['access_token', 'id_token'])
    .optional()
    .describe('Which of its tokens is exchanged. Default: access_token.'),
  requested_token_type: text.optional().describe('The type of token asked for (RFC 8693 §2.1).'),
  exchange: z
    .enum(['token-exchange', 'jwt-bearer'])
    .optional()
    .describe('`token-exchange` (RFC 8693) or `jwt-bearer` (RFC 7523). Default: token-exchange.'),
  command,
  aws_credentials: awsCredentials,
  lakebase,
};
