import { KeytrayError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { isInstant } from '../untrusted/instant.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { withoutTokens } from '../untrusted/server-text.ts';

/** What a role of AWS is assumed with (AWS STS API, AssumeRoleWithWebIdentity). */
export interface RoleRequest {
  /** ARN, as an account lists it. */
  readonly role: string;
  readonly sessionName: string;
  /** Seconds; undefined: an hour, which is STS's own choice. */
  readonly duration: number | undefined;
  /** Undefined: the first of the role's partition. */
  readonly region: string | undefined;
  /** What proves who asks. Roles that trust an OpenID provider want its ID token. */
  readonly token: 'id' | 'access';
}

export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface Partition {
  readonly suffix: string;
  readonly region: string;
}

const partitions: Readonly<Record<string, Partition>> = {
  aws: { suffix: 'amazonaws.com', region: 'us-east-1' },
  'aws-cn': { suffix: 'amazonaws.com.cn', region: 'cn-north-1' },
  'aws-us-gov': { suffix: 'amazonaws.com', region: 'us-gov-west-1' },
};

/** One label of a host name: the token goes nowhere but to AWS, whatever the caller gives as a region. */
export const regionName = /^[a-z]{2}(?:-[a-z]{1,12}){1,3}-\d{1,2}$/;

/** Where STS is asked: the account's own endpoint, else the regional one of the role's partition. */
export function stsEndpoint(request: Pick<RoleRequest, 'role' | 'region'>, own: string | undefined): URL {
  if (own !== undefined) return new URL(own);
  const partition = partitions[request.role.split(':')[1] ?? ''];
  if (partition === undefined) {
    throw new KeytrayError('misconfigured', 'no STS endpoint is known for this role', {
      advice: 'Write aws_sts_endpoint of the account.',
    });
  }
  const region = request.region ?? partition.region;
  if (!regionName.test(region)) throw new KeytrayError('invalid_request', 'this is no region of AWS');
  return new URL(`https://sts.${region}.${partition.suffix}/`);
}

/** The form to POST. Unsigned: the token is the proof. */
export function roleForm(request: RoleRequest, token: Secret): URLSearchParams {
  return new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: request.role,
    RoleSessionName: request.sessionName,
    ...(request.duration === undefined ? {} : { DurationSeconds: String(request.duration) }),
    WebIdentityToken: token.reveal(),
  });
}

/** What AWS said or did not say; the account and its own server are well. */
export class RoleFailure extends KeytrayError {}

export type RoleReply =
  | { readonly kind: 'credentials'; readonly credentials: RoleCredentials }
  /** The token was too old for AWS; a fresh one may do. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'failed'; readonly failure: RoleFailure };

/** AWS is busy, or cannot reach the provider's keys just now. */
const passing = /^(?:IDPCommunicationError|Throttl\w*|RequestLimitExceeded|ServiceUnavailable|InternalFailure)$/;

export function readRoleReply(status: number, body: string): RoleReply {
  if (status === 200) {
    const credentials = credentialsIn(body);
    return credentials === undefined
      ? failed('temporarily_unavailable', 'AWS gave an answer that holds no credentials')
      : { kind: 'credentials', credentials };
  }
  const code = element(body, 'Code')?.replace(/Exception$/, '');
  if (status >= 500 || status === 429) return failed('temporarily_unavailable', `AWS answers ${status}`);
  if (code === undefined || !/^\w{1,100}$/.test(code)) {
    return failed('temporarily_unavailable', `something that is not AWS STS answers ${status}`);
  }
  if (code === 'ExpiredToken') return { kind: 'expired' };
  if (passing.test(code)) return failed('temporarily_unavailable', `AWS answers ${code}`);
  const why = withoutTokens(plainText(element(body, 'Message') ?? ''));
  return failed('access_denied', `AWS refuses the role: ${why === '' ? code : `${code}: ${why}`}`);
}

function failed(code: 'temporarily_unavailable' | 'access_denied', message: string): RoleReply {
  return { kind: 'failed', failure: new RoleFailure(code, message) };
}

function credentialsIn(body: string): RoleCredentials | undefined {
  const accessKeyId = element(body, 'AccessKeyId') ?? '';
  const secretAccessKey = element(body, 'SecretAccessKey') ?? '';
  const sessionToken = element(body, 'SessionToken') ?? '';
  const expiresAt = Date.parse(element(body, 'Expiration') ?? '');
  const sound =
    /^\w{4,128}$/.test(accessKeyId) &&
    [secretAccessKey, sessionToken].every((value) => /^[\x21-\x7e]+$/.test(value)) &&
    isInstant(expiresAt);
  if (!sound) return undefined;
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
    expiresAt,
  };
}

/** Text of the first element of this name. The documents are flat and have no attributes where we look. */
function element(body: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
  return text?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => entities[entity] ?? '').trim();
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
