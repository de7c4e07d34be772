import { z } from 'zod';
import { services } from '../services/registry.ts';
import { toolFamilies } from '../services/shapes.ts';
import { accountIdLength, accountIdPattern } from './account-id.ts';
import { didYouMean } from './did-you-mean.ts';
import { grantKeys } from './grant-keys.ts';
import * as parts from './schema-parts.ts';

const hostsOf = (family: string) =>
  parts.hosts.optional().describe(`Hosts this account answers for when ${family} asks: host[:port][/path[/*]].`);

const families = {
  ...Object.fromEntries(toolFamilies.map((family) => [family, hostsOf(family)])),
  aws: parts.roles.optional().describe('Roles of AWS this account may assume, each by its ARN.'),
  google: parts.audiences
    .optional()
    .describe('Audiences of Google credential files this account answers for: providers of identity pools.'),
} as Record<(typeof toolFamilies)[number], z.ZodOptional<typeof parts.hosts>>;

const known = [...services.keys()];

const service = parts
  .checked(z.string(), (value) => {
    if (services.has(value)) return undefined;
    const near = didYouMean(value, known);
    const hint = near === undefined ? 'known' : `did you mean ${near}? Known`;
    return { message: 'unknown service', fix: `${hint}: ${known.join(', ')}` };
  })
  .meta({ enum: known });

/** One account as written: the keys of the wire where the wire has one. */
export const accountSchema = z.strictObject({
  service: service.describe('What is signed in to: a preset, or `oidc` or `oauth` by hand.'),
  client_id: parts.text
    .optional()
    .describe(
      'Identifier of the registered client (RFC 6749 §2.2). Left out where each sign-in registers one (RFC 7591).',
    ),
  client_auth: z
    .enum(['basic', 'post'])
    .optional()
    .describe('Where the client secret is sent (RFC 6749 §2.3.1). Default: what the server lists.'),
  issuer: parts.issuer.optional().describe('Issuer whose metadata is read (OpenID Connect Discovery, RFC 8414).'),
  authorization_endpoint: parts.endpoint.optional().describe('Where the browser is sent (RFC 6749 §3.1).'),
  token_endpoint: parts.endpoint.optional().describe('Where tokens are fetched and refreshed (RFC 6749 §3.2).'),
  revocation_endpoint: parts.endpoint.optional().describe('Where sign-out revokes tokens (RFC 7009).'),
  device_authorization_endpoint: parts.endpoint.optional().describe('Start of the device sign-in (RFC 8628).'),
  pushed_authorization_request_endpoint: parts.endpoint
    .optional()
    .describe('Where the request of a sign-in is sent before the browser opens (RFC 9126).'),
  aws_sts_endpoint: parts.endpoint
    .optional()
    .describe('Where roles of AWS are assumed, in place of the regional endpoint of AWS.'),
  userinfo_endpoint: parts.endpoint.optional().describe('Who signed in (OpenID Connect Core §5.3).'),
  jwks_uri: parts.endpoint.optional().describe('Keys that sign ID tokens (RFC 7517).'),
  scopes: z.array(parts.scope).max(200).optional().describe('Scopes to ask for (RFC 6749 §3.3).'),
  audience: parts.text.optional().describe('API the token is for, where the server has an `audience` parameter.'),
  resource: parts.resource.optional().describe('API the token is for, as a URI (RFC 8707).'),
  username: parts.username.optional().describe('User name for tools that only know Basic.'),
  prompt: parts.prompt.optional().describe('`prompt` of the authorization request (OpenID Connect Core §3.1.2.1).'),
  authorization_params: parts.authorizationParams
    .optional()
    .describe('Further parameters of the authorization request.'),
  redirect: parts.redirect.optional().describe('Redirect URI as it is registered (RFC 8252 §7.3).'),
  expect: parts.expect.optional().describe('Who must sign in; anybody else is refused.'),
  tls: parts.tls.optional().describe('Trust of the connections to this account’s servers.'),
  store: z
    .enum(['keychain', 'encrypted-file', 'memory'])
    .optional()
    .describe('Where the tokens are kept; `keychain` unless said.'),
  refresh: z
    .enum(['ahead', 'on-demand'])
    .optional()
    .describe('`ahead`: before a token in use runs out. `on-demand`: when a tool asks.'),
  refresh_revokes_access: z
    .boolean()
    .optional()
    .describe(
      'The server ends an access token as soon as it is refreshed. Default: what the service is known for, or what its server shows.',
    ),
  dead_token_errors: z
    .array(parts.errorCode)
    .max(50)
    .optional()
    .describe('Further errors by which this server says that a refresh token is dead (RFC 6749 §5.2).'),
  browser: parts.text
    .optional()
    .describe('Command that opens the browser for this account, e.g. another profile or a private window.'),
  environment: parts.text.optional().describe('A word for people, as `dev` or `production`.'),
  env: parts.variables.optional().describe('Variables that `keytray exec` and `keytray env` set, and what each holds.'),
  ...grantKeys,
  ...families,
});
export type RawAccount = z.output<typeof accountSchema>;

export const agentSchema = z.strictObject({
  autostart: z.boolean().optional().describe('Start the agent when a helper or `keytray token` finds none.'),
  tray: z
    .enum(['auto', 'off'])
    .optional()
    .describe('Whether the agent shows a tray icon: `auto` does so wherever a panel shows such icons.'),
});

const units = { m: 1, h: 60, d: 1440 } as const;

/** Minutes, or undefined where the text is no duration. */
export function minutesOf(value: number | string): number | undefined {
  if (typeof value === 'number') return value;
  const parts = /^(\d{1,6})(m|h|d)$/.exec(value);
  if (parts === null) return undefined;
  return Number(parts[1]) * units[parts[2] as keyof typeof units];
}

export const reminderSchema = parts.checked(z.union([z.int(), z.string()]), (value) => {
  const minutes = minutesOf(value);
  if (minutes === undefined) return { message: 'not a duration', fix: 'write minutes (15), or 30m, 2h, 1d' };
  const inRange = minutes >= 1 && minutes <= 10_080;
  return inRange ? undefined : { message: 'out of range', fix: 'write something from 1m to 7d' };
});

const accountId = z.string().max(accountIdLength).regex(accountIdPattern);

/** The whole file, for the published JSON Schema; reading takes it apart so that one bad account hides no other. */
export const configSchema = z
  .strictObject({
    accounts: z.record(accountId, accountSchema).nullish().describe('Sign-ins, by id: `service` or `service@label`.'),
    agent: agentSchema.optional().describe('The broker without a desktop.'),
    proxy: parts.proxy
      .optional()
      .describe('Proxy of the broker, in place of what its environment says. Default: the environment.'),
    tls: parts.commonTls.optional().describe('Trust of the connections of all accounts that say nothing else.'),
    reminder: reminderSchema
      .optional()
      .describe('Time between reminders of a sign-in that is needed: minutes, or 30m, 2h, 1d. 15 unless said.'),
  })
  .meta({ title: 'Keytray configuration' });
