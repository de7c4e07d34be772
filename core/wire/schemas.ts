import { z } from '@hono/zod-openapi';
import { accountIdLength, accountIdPattern } from '../config/account-id.ts';
import { grantKinds } from '../services/grant.ts';
import { adviceSchema, detailSchema, fixSchema } from './error-schemas.ts';
import { encryptedFileSchema } from './store-schemas.ts';

/**
 * The shapes that cross the socket: the server validates with them, the client parses with
 * them, and `/v1/openapi.json` is generated from them. Times are ISO 8601 strings, durations are seconds.
 */

export const accountIdSchema = z
  .string()
  .max(accountIdLength)
  .regex(accountIdPattern)
  .openapi({ example: 'github@work' });

const time = z.iso.datetime().openapi({ example: '2026-11-23T09:00:00.000Z' });

export const accountStates = ['signed_out', 'signing_in', 'active', 'degraded', 'login_required', 'locked'] as const;
export const accountStateSchema = z.enum(accountStates);
export type AccountStateName = z.infer<typeof accountStateSchema>;

export const subjectSchema = z
  .object({
    issuer: z.string(),
    subject: z.string(),
    email: z.string().optional(),
    name: z.string().optional(),
  })
  .openapi('Subject');

/** `where`: the page on which the value is made. */
const fieldSchema = z.object({ name: z.string(), title: z.string(), where: z.string().optional() });

export const pendingLoginSchema = z
  .object({
    login_id: z.string(),
    account: accountIdSchema,
    state: z.enum(['requested', 'started', 'succeeded', 'failed', 'cancelled', 'expired']),
    /**
     * The start address, which leads the browser on; the authorization URL itself only in the answer to the call that
     * asked to open it elsewhere (`none`, `paste`).
     */
    authorization_url: z.url().optional(),
    verification_uri: z.url().optional(),
    /** These two are told only to who starts or follows this login, never in the status or an event. */
    verification_uri_complete: z.url().optional(),
    user_code: z.string().optional(),
    expires_at: time.optional(),
    /** What is to be entered, where no browser is involved; it goes to `…/callback` as `fields`. */
    input: z
      .object({
        fields: z.array(fieldSchema),
      })
      .optional(),
    /** Another browser than the one that began it brought the answer; nothing is stored before somebody says yes. */
    confirm: z
      .object({
        /** Who would be signed in, where the server tells. */
        who: z.string().optional(),
      })
      .optional(),
    /** What whoever waits should know although the sign-in goes on. */
    note: z.string().optional(),
    /** No browser could be opened on this machine; `device`: the server offers a code instead. */
    no_browser: z.object({ why: z.string(), device: z.boolean() }).optional(),
    subject: subjectSchema.optional(),
    error: z.string().optional(),
    error_description: z.string().optional(),
    fix: fixSchema.optional(),
    advice: adviceSchema.optional(),
    /** What to do about a failed one, in a sentence without a command. */
    next_step: z.string().optional(),
    detail: detailSchema.optional(),
  })
  .openapi('Login');
export type LoginView = z.infer<typeof pendingLoginSchema>;

export const accountSchema = z
  .object({
    account: accountIdSchema,
    service: z.string(),
    title: z.string(),
    /** How the account comes to its credential. */
    grant: z.enum(grantKinds).optional(),
    /** Base of the service's API or of an own instance. */
    url: z.string().optional(),
    /** Further facts of the account that are not secret, by the names its service declares. */
    settings: z.record(z.string(), z.string()).optional(),
    /** What a person enters at a sign-in. */
    fields: z.array(fieldSchema).optional(),
    state: accountStateSchema,
    /** Why the account is not active: a stable word. */
    reason: z.string().optional(),
    /** The same for people. */
    reason_description: z.string().optional(),
    /** The protocol's own words for it, for those who ask. */
    reason_detail: z.string().optional(),
    subject: subjectSchema.optional(),
    scopes: z.array(z.string()),
    store: z.enum(['keychain', 'encrypted-file', 'memory']),
    environment: z.string().optional(),
    client_auth: z.enum(['none', 'basic', 'post']).optional(),
    tls_verified: z.boolean(),
    expires_at: time.optional(),
    expires_in: z.number().optional(),
    last_refresh: time.optional(),
    next_refresh: time.optional(),
    /** `missing`: the service needs one, and a sign-in fails without. Absent while the store has not told. */
    client_secret: z.enum(['stored', 'missing', 'none']).optional(),
    /** When the login itself ends, where the server tells and no refresh is known to put it off. */
    login_expires_at: time.optional(),
    clock_skew: z.number().optional(),
    serves: z.record(z.string(), z.array(z.string())),
    login: pendingLoginSchema.optional(),
  })
  .openapi('Account');
export type AccountView = z.infer<typeof accountSchema>;

export const statusSchema = z
  .object({
    version: z.string(),
    pid: z.number().int(),
    started_at: time,
    /** `agent` or `desktop`. */
    kind: z.enum(['agent', 'desktop']),
    keychain: z.object({ backend: z.enum(['keychain', 'encrypted-file', 'memory']), state: z.string() }),
    encrypted_file: encryptedFileSchema.optional(),
    /** Not there while tools are served. The person stops and resumes them in the desktop's menu. */
    hand_outs: z.object({ state: z.enum(['paused', 'locked']), until: time.optional() }).optional(),
    config: z.object({ files: z.array(z.string()), error: z.string().optional() }),
    /** What is wrong with the accounts as they are configured, a line each. */
    warnings: z.array(z.string()).optional(),
    accounts: z.array(accountSchema),
    logins: z.array(pendingLoginSchema),
  })
  .openapi('Status');
export type StatusView = z.infer<typeof statusSchema>;

export const tokenRequestSchema = z
  .strictObject({
    min_ttl: z.number().int().min(0).max(86_400).optional(),
    audience: z.string().min(1).max(2048).optional(),
    scope: z.string().min(1).max(4096).optional(),
    force: z.boolean().optional(),
    wait: z.number().int().min(0).max(300).optional(),
    token: z.enum(['access', 'id']).optional(),
    /** Which of several values a person gave; default: the first. */
    field: z.string().min(1).max(64).optional(),
  })
  .openapi('TokenRequest');
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

export const tokenSchema = z
  .object({
    access_token: z.string().optional(),
    id_token: z.string().optional(),
    token_type: z.string(),
    /** Null, as `expires_at`, where it has no end, or none that is known. */
    expires_in: z.number().nullable().optional(),
    expires_at: time.nullable().optional(),
    scope: z.string().optional(),
    /** The header of a request that carries it. */
    authorization: z.object({ header: z.string(), value: z.string() }).optional(),
    /** The same where it takes several. */
    headers: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    /** Base of the API that takes it, where that is not the `url` of the account but what a catalog names. */
    service_url: z.string().optional(),
    account: accountIdSchema,
  })
  .openapi('Token');
export type TokenView = z.infer<typeof tokenSchema>;

export const loginRequestSchema = z
  .strictObject({
    /** Means nothing where no browser is involved. */
    user_agent: z.enum(['browser', 'none', 'device', 'paste']).default('browser'),
    /** Accept another person than before. */
    switch: z.boolean().optional(),
  })
  .openapi('LoginRequest');
export type LoginRequest = z.infer<typeof loginRequestSchema>;

export const callbackRequestSchema = z
  .union([
    z.strictObject({ redirect_url: z.url().max(16_384) }),
    z.strictObject({ code: z.string().min(1).max(4096) }),
    z.strictObject({
      fields: z.record(z.string().max(64), z.string().max(16_384)),
      /** Keep it although nobody could be asked whether it is good. */
      unchecked: z.boolean().optional(),
    }),
  ])
  .openapi('Callback');
export type CallbackRequest = z.infer<typeof callbackRequestSchema>;

export const confirmRequestSchema = z.strictObject({ accept: z.boolean() }).openapi('Confirm');

export const logoutRequestSchema = z.strictObject({ revoke: z.boolean().optional() }).openapi('LogoutRequest');

export const logoutSchema = z
  .object({
    account: accountIdSchema,
    /** What became of the tokens at the server. */
    revocation: z.enum(['revoked', 'unsupported', 'failed', 'not_asked', 'shared', 'nothing_to_revoke']),
    detail: z.string().optional(),
  })
  .openapi('Logout');
export type LogoutView = z.infer<typeof logoutSchema>;

export const clientSecretRequestSchema = z
  .union([
    z.strictObject({ client_secret: z.string().min(1).max(4096) }),
    /** Of a database with `password: native`, where people sign in by browser. */
    z.strictObject({ database_password: z.string().min(1).max(4096) }),
  ])
  .openapi('ClientSecretRequest');

/**
 * Server-sent events: `event:` is the type, `data:` the rest as JSON. The first event is `state`; it comes again when
 * the configuration was read anew, and when hand-outs are stopped or resumed.
 */
export const eventSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('state'), status: statusSchema }),
    z.object({ type: z.literal('account'), account: accountSchema }),
    z.object({ type: z.literal('account_removed'), account: accountIdSchema }),
    z.object({ type: z.literal('login'), login: pendingLoginSchema }),
    z.object({
      type: z.literal('handed_out'),
      account: accountIdSchema,
      at: time,
      protocol: z.string(),
      host: z.string().optional(),
      consumer: z.object({ pid: z.number().int(), executable: z.string().optional() }),
    }),
  ])
  .openapi('Event');
export type BrokerEvent = z.infer<typeof eventSchema>;
