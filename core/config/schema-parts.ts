import { z } from 'zod';
import { variableWords } from '../services/variables.ts';
import { checkEndpointUrl } from './endpoint-url.ts';
import { checkGoogleAudience, checkHostPattern, checkRoleArn, type Problem } from './host-pattern.ts';
import { readProxyUrl } from './proxy-url.ts';
import { isReservedVariable } from './reserved-variables.ts';

/** A check that says what to write instead; the fix travels in the issue's `params`. */
export function checked<T extends z.ZodType>(schema: T, check: (value: z.output<T>) => Problem | undefined): T {
  return schema.superRefine((value, context) => {
    const problem = check(value);
    if (problem === undefined) return;
    context.addIssue({ code: 'custom', message: problem.message, params: { fix: problem.fix } });
  });
}

/** One line of text. Control characters could forge lines of a protocol or of a log. */
export const text = checked(z.string().min(1).max(2048), (value) =>
  /\p{Cc}/u.test(value) ? { message: 'control characters', fix: 'write it on one line' } : undefined,
);

export const issuer = checked(z.string().min(1).max(2048), (value) => checkEndpointUrl(value, 'issuer'));
export const endpoint = checked(z.string().min(1).max(2048), (value) => checkEndpointUrl(value, 'endpoint'));

/** RFC 6749 §3.3. */
export const scope = checked(z.string().min(1).max(512), (value) => {
  if (value.includes(' ')) return { message: 'several scopes in one', fix: `write [${value.split(/ +/).join(', ')}]` };
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)
    ? undefined
    : { message: 'not a scope', fix: 'use the server’s word' };
});

/**
 * RFC 6749 §5.2. A word for trouble that passes must never end a sign-in. Others may: servers say `invalid_request`,
 * `unauthorized_client` and worse of a dead refresh token.
 */
export const errorCode = checked(z.string().min(1).max(100), (value) => {
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)) {
    return { message: 'not an error code', fix: 'write the word the server sends as error' };
  }
  return ['server_error', 'temporarily_unavailable', 'slow_down'].includes(value)
    ? { message: `${value} says that the trouble passes`, fix: 'remove it' }
    : undefined;
});

/** RFC 8707 §2. */
export const resource = checked(text, (value) => {
  if (!URL.canParse(value))
    return { message: 'not an absolute URI', fix: 'write it in full, as https://api.example.com' };
  return value.includes('#') ? { message: 'a fragment in the URI', fix: 'remove the # and what follows' } : undefined;
});

/** RFC 7617 §2: Basic parts user and password at the first colon. */
export const username = checked(text, (value) =>
  value.includes(':') ? { message: 'a colon in the user name', fix: 'write it without' } : undefined,
);

export const prompt = checked(text, (value) => {
  if (value.split(' ').includes('none')) {
    return { message: 'none lets no person sign in', fix: 'write login, consent or select_account' };
  }
  const words = /^[a-z_]+( [a-z_]+)*$/.test(value);
  return words ? undefined : { message: 'not a prompt', fix: 'write login, consent or select_account' };
});

const ours = [
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'redirect_uri',
  'request',
  'request_uri',
  'response_mode',
  'response_type',
  'state',
];
const ownKeys: Readonly<Record<string, string>> = {
  scope: 'scopes',
  prompt: 'prompt',
  audience: 'audience',
  resource: 'resource',
};

export const authorizationParams = checked(z.record(z.string().min(1).max(128), text), (params) => {
  for (const name of Object.keys(params)) {
    if (ours.includes(name)) return { message: `${name} is set by Keytray itself`, fix: 'remove it' };
    const key = ownKeys[name];
    if (key !== undefined) return { message: `${name} has a key of its own`, fix: `write it as ${key}:` };
    if (/secret|password|token/i.test(name)) return { message: `${name} looks like a secret`, fix: noSecrets };
  }
  return undefined;
});

export const noSecrets = 'secrets do not belong in this file: keytray accounts set-secret ACCOUNT';

const port = z.int().min(1).max(65_535);

export const redirect = z.strictObject({
  host: z.enum(['127.0.0.1', 'localhost']).optional().describe('Host of the redirect URI, as it is registered.'),
  port: z
    .union([z.literal('any'), port, z.array(port).min(1).max(64)])
    .optional()
    .describe('`any` where the server ignores the port; else the registered port, or a list to try in order.'),
  path: checked(z.string().min(1).max(256), (value) => {
    if (value === 'none' || /^\/[\w.~!$&'()*+,;=:@%/-]*$/.test(value)) return undefined;
    return { message: 'not a path', fix: 'write a path such as /callback, or none' };
  })
    .optional()
    .describe('Path of the redirect URI, or `none` where it was registered without one.'),
});

export const expect = checked(
  z.strictObject({
    issuer: issuer.optional().describe('Issuer of the ID token.'),
    subject: text.optional().describe('The `sub` the server gives this person.'),
    email: text.optional().describe('Verified e-mail address.'),
  }),
  (value) =>
    value.subject === undefined && value.email === undefined
      ? { message: 'names nobody', fix: 'write subject: or email:' }
      : undefined,
);

export const tls = z.strictObject({
  ca: text
    .optional()
    .describe('PEM file with further trusted authorities; relative to this file, ~/ is the home folder.'),
  verify: z.boolean().optional().describe('`false` accepts any certificate; only with `environment: dev`.'),
});

/** For all accounts: nothing switches verification off for all. */
export const commonTls = tls.pick({ ca: true });

export const proxy = z.strictObject({
  url: checked(text, (value) => {
    const url = readProxyUrl(value);
    if (url === undefined) {
      return { message: 'not a proxy', fix: 'write an http, https or socks URL, as http://proxy.example:3128' };
    }
    return url.username === '' && url.password === ''
      ? undefined
      : { message: 'a user name or password', fix: 'name a proxy with a password in HTTPS_PROXY of the environment' };
  }).describe('Proxy for all requests that leave this machine: an http, https or socks URL with host and port.'),
  except: z
    .array(
      checked(text, (value) =>
        /[\s,]/.test(value) ? { message: 'several entries in one', fix: 'write each one by itself' } : undefined,
      ),
    )
    .max(200)
    .optional()
    .describe('What is reached directly: hosts, networks and ports as in NO_PROXY.'),
});

const variableWord = z.union([
  z.enum(variableWords),
  z.templateLiteral(['settings.', z.string().regex(/^[a-z][a-z0-9_]*$/)]),
]);

export const variables = checked(z.record(z.string(), variableWord), (value) => {
  const names = Object.keys(value);
  const wrong = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (wrong !== undefined) {
    return { message: `${JSON.stringify(wrong)} is no name of a variable`, fix: 'use letters, digits and _' };
  }
  const reserved = names.find(isReservedVariable);
  if (reserved === undefined) return undefined;
  return { message: `${reserved} decides how programs run`, fix: 'name a variable of its own, such as LAB_TOKEN' };
});

const listOf = (check: (value: string) => Problem | undefined) =>
  z.array(checked(z.string().min(1).max(1024), check)).max(1000);

export const hosts = listOf(checkHostPattern);
export const roles = listOf(checkRoleArn);
export const audiences = listOf(checkGoogleAudience);
