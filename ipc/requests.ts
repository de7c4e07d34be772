import { z } from 'zod';

/** What a page may send. A page is not trusted: everything is bounded, and unknown keys are refused. */

export const nothing = z.undefined();

/** As core's `accountIdPattern`; a test holds the two together. */
const account = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._-]*(@[a-z0-9][a-z0-9._-]*)?$/);
const loginId = z.string().min(1).max(200);
const line = z
  .string()
  .min(1)
  .max(2048)
  // What is not seen would make a question of the main process say something else than it asks.
  .refine((value) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}]/u.test(value), 'characters that are not seen');
const url = line.refine((value) => URL.canParse(value), 'not a URL');
const hosts = z.array(line.max(512)).max(200);
const tool = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/);
const family = z.string().regex(/^[a-z]{1,20}$/);
/** The secrets a person types or pastes; they cross from the page to the main process, never back. */
const clientSecret = z.string().min(1).max(4096);
const passphrase = z.string().min(1).max(1024);

export const ofAccount = z.strictObject({ account });
export const ofLogin = z.strictObject({ loginId });
export const ofTool = z.strictObject({ tool });

export const startLogin = z.strictObject({
  account,
  userAgent: z.enum(['browser', 'device', 'paste']),
  /** Accept another person than before. */
  switch: z.boolean().optional(),
});
/** The whole address the browser ended at. */
export const pasteRedirect = z.strictObject({ loginId, address: z.string().min(1).max(16_384) });
/** What a person entered, by the names of the fields. `unchecked`: keep it although nobody could be asked. */
export const enterFields = z.strictObject({
  loginId,
  fields: z.record(z.string().max(64), z.string().max(16_384)),
  unchecked: z.boolean(),
});
/** Whether to take what another browser brought. */
export const confirmLogin = z.strictObject({ loginId, accept: z.boolean() });
export const logout = z.strictObject({ account, revoke: z.boolean() });

export const checkIssuer = z.strictObject({ issuer: url });
/** Of an account that is still being written. */
export const registration = z.strictObject({
  service: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  issuer: url.optional(),
  authorizationEndpoint: url.optional(),
  tokenEndpoint: url.optional(),
  clientId: line.optional(),
});
export const addAccount = z.strictObject({
  account,
  service: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  /** As core's `offeredGrants`; left to the service where not given. */
  grant: z.enum(['authorization_code', 'client_credentials', 'api_key', 'pasted_code', 'aws_identity']).optional(),
  url: url.optional(),
  settings: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), line.max(512)).optional(),
  audience: line.optional(),
  awsCredentials: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('profile'), profile: line.max(200) }),
      z.strictObject({ kind: z.literal('env') }),
    ])
    .optional(),
  clientId: line.optional(),
  clientSecret: clientSecret.optional(),
  issuer: url.optional(),
  authorizationEndpoint: url.optional(),
  tokenEndpoint: url.optional(),
  scopes: z.array(line.max(512)).max(100).optional(),
  environment: line.max(40).optional(),
  store: z.enum(['keychain', 'encrypted-file', 'memory']).optional(),
  /** Tool family to the hosts the account answers for; left to the service where not given. */
  serves: z.record(family, hosts).optional(),
});
export const setClientSecret = z.strictObject({ account, clientSecret });
export const editServes = z.strictObject({ account, family, hosts });

export const ofDatabase = z.strictObject({ account, database: line.max(256) });

/** As the local API takes it. */
const keyId = line.max(256);
export const createApiKey = z.strictObject({
  account,
  name: line.max(120),
  /** Only where the service sets an end. */
  days: z.number().int().min(1).max(365).optional(),
  /** The account that keeps it; its secret is then in no answer. */
  keepAs: account.optional(),
});
export const ofApiKey = z.strictObject({ account, key: keyId });
export const revokeLeakedKey = z.strictObject({ account, secret: z.string().max(4096).regex(/^\S+$/) });

export const planSetup = z.strictObject({ tool, undo: z.boolean() });

export const setStartAtLogin = z.strictObject({ on: z.boolean() });
export const setReminder = z.strictObject({
  /** Between two reminders of the same sign-in. */
  minutes: z.number().int().min(1).max(10_080),
});
export const setBrowser = z.strictObject({
  account,
  /** A command; `null`: the system's browser. */
  browser: line.max(1024).nullable(),
});
export const setStore = z.strictObject({ account, store: z.enum(['keychain', 'encrypted-file', 'memory']) });
export const unlockStore = z.strictObject({ passphrase, create: z.boolean() });
export const changePassphrase = z.strictObject({ old: passphrase, new: passphrase });

/** What a page may have opened outside: never a URL of its own. */
export const openExternal = z.discriminatedUnion('target', [
  /** Where a client of this service is registered. */
  z.strictObject({ target: z.literal('registration'), service: z.string().max(40) }),
  /** Where the code of a pending device login is entered. */
  z.strictObject({ target: z.literal('verification'), loginId }),
  /** Where what is to be entered is found. */
  z.strictObject({ target: z.literal('field'), loginId, field: z.string().max(64) }),
]);
/** A secret that a page was told, for the clipboard. */
export const copySecret = z.strictObject({ secret: z.string().min(1).max(4096) });
export const copyText = z.strictObject({ text: z.string().min(1).max(16_384) });
