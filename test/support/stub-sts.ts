import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { checkIdToken } from './id-token-check.ts';

export interface StubSts {
  readonly url: string;
  /** Forms of AssumeRoleWithWebIdentity, in order. */
  readonly assumed: readonly URLSearchParams[];
  /** Access keys that signed GetCallerIdentity. */
  readonly callers: readonly string[];
  /** Answers the next requests in its place. */
  readonly troubles: { readonly status: number; readonly body: string }[];
  /** Seconds from now to the end of what it hands out; default what is asked for, or an hour. */
  lifetime: number | undefined;
  close(): Promise<void>;
}

export interface StubStsOptions {
  /** Whose ID tokens it trusts, for which client; undefined: it takes any token. */
  readonly trusts?: { readonly issuer: string; readonly audience: string };
  readonly roles: readonly string[];
}

/** The two actions of AWS STS that the tests' clients use, over loopback. */
export async function startStubSts(options: StubStsOptions): Promise<StubSts> {
  const assumed: URLSearchParams[] = [];
  const callers: string[] = [];
  const troubles: { status: number; body: string }[] = [];
  const sessions = new Map<string, { readonly arn: string; readonly token: string }>();

  const assume = async (form: URLSearchParams): Promise<string> => {
    assumed.push(form);
    const role = form.get('RoleArn') ?? '';
    if (!options.roles.includes(role)) throw new Refusal(403, 'AccessDenied', 'Not authorized to assume this role');
    const { trusts } = options;
    if (trusts !== undefined) {
      const token = form.get('WebIdentityToken') ?? '';
      await checkIdToken(token, trusts.issuer, trusts.audience).catch((error: Error) => {
        throw new Refusal(400, 'InvalidIdentityToken', error.message);
      });
    }
    const seconds = server.lifetime ?? Number(form.get('DurationSeconds') ?? 3_600);
    const key = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const token = randomBytes(60).toString('base64');
    const arn = `${role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${form.get('RoleSessionName')}`;
    sessions.set(key, { arn, token });
    return answer('AssumeRoleWithWebIdentity', {
      Credentials: {
        AccessKeyId: key,
        SecretAccessKey: randomBytes(30).toString('base64'),
        SessionToken: token,
        Expiration: new Date(Date.now() + seconds * 1_000).toISOString().replace(/\.\d+/, ''),
      },
      AssumedRoleUser: { Arn: arn, AssumedRoleId: 'AROAEXAMPLE:session' },
    });
  };

  const identify = (request: IncomingMessage): string => {
    const key = /Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const session = sessions.get(key);
    if (session === undefined || request.headers['x-amz-security-token'] !== session.token) {
      throw new Refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
    }
    callers.push(key);
    return answer('GetCallerIdentity', { Arn: session.arn, UserId: 'AROAEXAMPLE:session', Account: '123456789012' });
  };

  const http = createServer((request, response) => {
    const serve = async () => {
      const form = new URLSearchParams(await text(request));
      const trouble = troubles.shift();
      if (trouble !== undefined) {
        assumed.push(form);
        return trouble;
      }
      try {
        const action = form.get('Action');
        if (action === 'AssumeRoleWithWebIdentity') return { status: 200, body: await assume(form) };
        if (action === 'GetCallerIdentity') return { status: 200, body: identify(request) };
        throw new Refusal(400, 'InvalidAction', 'no such action');
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { status: error.status, body: refusal(error.code, error.message) };
      }
    };
    void serve().then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const server: StubSts = {
    url: `http://127.0.0.1:${port}`,
    assumed,
    callers,
    troubles,
    lifetime: undefined,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Elements = { readonly [name: string]: string | Elements };

function answer(action: string, result: Elements): string {
  const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
  const metadata = { RequestId: '00000000-0000-4000-8000-000000000000' };
  const inner = xml({ [`${action}Result`]: result, ResponseMetadata: metadata });
  return `<${action}Response xmlns="${namespace}">${inner}</${action}Response>`;
}

export function refusal(code: string, message: string): string {
  return xml({ ErrorResponse: { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: 'x' } });
}

function xml(elements: Elements): string {
  return Object.entries(elements)
    .map(([name, value]) => `<${name}>${typeof value === 'string' ? value : xml(value)}</${name}>`)
    .join('');
}
