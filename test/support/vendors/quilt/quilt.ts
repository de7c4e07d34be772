import { randomBytes } from 'node:crypto';
import {
  bearerOf,
  type EmulatorReply,
  fieldsOf,
  type HttpEmulator,
  type RecordedRequest,
  startHttpEmulator,
} from '../http-emulator.ts';
import { type Connect, type ConnectOptions, startConnect } from './connect.ts';
import { answerGraphql } from './graphql.ts';
import { type AuditEvent, newQuiltKey, type QuiltKey, type QuiltUser } from './people.ts';

export interface Quilt extends HttpEmulator {
  readonly person: QuiltUser;
  readonly admin: QuiltUser;
  readonly keys: QuiltKey[];
  readonly audit: AuditEvent[];
  /** Adds a key; days below 0 make one that has expired. */
  addKey(name: string, days: number, owner?: QuiltUser): QuiltKey;
  /** What the page after the sign-in shows: a refresh token. */
  newCode(user?: QuiltUser): string;
  readonly refreshTokens: ReadonlyMap<string, QuiltUser>;
  /** Access tokens in order. */
  readonly issued: readonly string[];
  readonly switches: {
    /** Seconds an access token lives. */
    accessTokenLife: number;
    /** How a bad refresh token is refused. */
    refusal: '200_with_error' | 'status_401';
    /** Registry that `config.json` names; undefined: this one. */
    registryUrl: string | undefined;
    /** Seconds AWS keys live. */
    awsLife: number;
  };
  /** Sign-in by OAuth, as catalogs have it that run a Connect server. */
  readonly connect: Connect;
}

export const tokenPath = '/api/token';

/** A Quilt catalog with its registry: sessions by pasted code, API keys, AWS credentials, Connect. */
export async function startQuilt(options: { readonly connect?: ConnectOptions } = {}): Promise<Quilt> {
  const person: QuiltUser = { name: 'kim', email: 'kim@example.com', isAdmin: false, active: true };
  const admin: QuiltUser = { name: 'root', email: 'root@example.com', isAdmin: true, active: true };
  const keys: QuiltKey[] = [];
  const audit: AuditEvent[] = [];
  const refreshTokens = new Map<string, QuiltUser>();
  const accessTokens = new Map<string, { readonly user: QuiltUser; readonly expiresAt: number }>();
  const issued: string[] = [];
  const random = () => randomBytes(24).toString('base64url');

  const newCode = (user = person) => {
    const code = `rt${random()}`;
    refreshTokens.set(code, user);
    return code;
  };

  const exchange = (request: RecordedRequest): EmulatorReply => {
    const given = fieldsOf(request).refresh_token;
    const user = typeof given === 'string' ? refreshTokens.get(given) : undefined;
    if (typeof given !== 'string' || user === undefined || !user.active) {
      const body = { error: 'Invalid refresh token' };
      return quilt.switches.refusal === 'status_401' ? { status: 401, body } : { body };
    }
    refreshTokens.delete(given);
    const access_token = `at${random()}`;
    const expiresAt = Math.floor(http.now() / 1_000) + quilt.switches.accessTokenLife;
    accessTokens.set(access_token, { user, expiresAt });
    issued.push(access_token);
    return { body: { refresh_token: newCode(user), access_token, expires_at: expiresAt } };
  };

  const userOf = async (request: RecordedRequest): Promise<QuiltUser | undefined> => {
    const token = bearerOf(request);
    if (token === undefined) return undefined;
    if (token.startsWith('qk_')) return ownerOf(token);
    const session = accessTokens.get(token);
    if (session !== undefined) return session.expiresAt * 1_000 > http.now() ? session.user : undefined;
    return (await connect.introspect(token)).active ? person : undefined;
  };

  const ownerOf = (secret: string): QuiltUser | undefined => {
    const refuse = (errorCode: NonNullable<AuditEvent['errorCode']>, keyId?: string) => {
      audit.push({ eventName: 'Auth.APIKey', errorCode, ...(keyId === undefined ? {} : { keyId }) });
      return undefined;
    };
    const key = keys.find((one) => one.secret === secret);
    if (key === undefined) return refuse('INVALID');
    if (key.expiresAt <= http.now()) return refuse('EXPIRED', key.id);
    const owner = [person, admin].find(({ email }) => email === key.userEmail);
    if (owner?.active !== true) return refuse('USER_INACTIVE', key.id);
    key.lastUsedAt = http.now();
    return owner;
  };

  const handle = async (request: RecordedRequest): Promise<EmulatorReply> => {
    switch (`${request.method} ${request.path}`) {
      case 'GET /config.json':
        return { body: configOf(quilt) };
      case 'GET /login':
        return page(newCode());
      case 'GET /api/code':
        return { body: { code: newCode() } };
      case `POST ${tokenPath}`:
        return exchange(request);
    }
    const user = await userOf(request);
    if (user === undefined && request.headers.authorization !== undefined) return unauthorized;
    switch (`${request.method} ${request.path}`) {
      case 'GET /api/auth/get_credentials':
        return user === undefined ? unauthorized : { body: awsCredentials(http.now(), quilt.switches.awsLife) };
      case 'POST /graphql':
        return answerGraphql(request, user, { keys, audit, now: http.now });
      default:
        return { status: 404, body: { message: 'Not found' } };
    }
  };

  const connect = await startConnect(options.connect);
  const http = await startHttpEmulator(handle);
  const closeHttp = http.close;
  const quilt: Quilt = Object.assign(http, {
    person,
    admin,
    keys,
    audit,
    addKey(name: string, days: number, owner = person) {
      const key = newQuiltKey(name, days, owner.email, http.now());
      keys.push(key);
      return key;
    },
    newCode,
    refreshTokens,
    issued,
    switches: {
      accessTokenLife: 3_600,
      refusal: '200_with_error' as const,
      registryUrl: undefined,
      awsLife: 3_600,
    },
    connect,
    async close() {
      await Promise.all([closeHttp(), connect.close()]);
    },
  });
  return quilt;
}

const unauthorized: EmulatorReply = { status: 401, body: { message: 'Unauthorized' } };

const configOf = ({ url, switches, connect }: Quilt) => ({
  registryUrl: switches.registryUrl ?? url,
  region: 'us-east-1',
  apiGatewayEndpoint: `${url}/gateway`,
  alwaysRequiresAuth: true,
  passwordAuth: 'SIGN_IN_ONLY',
  ssoAuth: 'ENABLED',
  connectHost: connect.url.host,
});

const page = (code: string): EmulatorReply => ({
  headers: { 'content-type': 'text/html', 'cache-control': 'no-store' },
  body: `<!doctype html><title>Quilt</title><p>Copy this code:</p><code id="code">${code}</code>`,
});

function awsCredentials(now: number, life: number): object {
  return {
    AccessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    SecretAccessKey: randomBytes(30).toString('base64'),
    SessionToken: randomBytes(90).toString('base64'),
    Expiration: new Date(now + life * 1_000).toISOString().replace(/\.\d+Z$/, '+00:00'),
  };
}
