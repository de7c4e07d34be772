import { describe, expect, it } from 'vitest';
import { type RoleRequest, readRoleReply, roleForm, stsEndpoint } from '../../../core/credentials/aws-role.ts';
import { Secret } from '../../../core/secret.ts';

const role = 'arn:aws:iam::123456789012:role/Developer';
const request: RoleRequest = { role, sessionName: 'keytray-lab', duration: undefined, region: undefined, token: 'id' };

describe('where STS is asked', () => {
  it.each([
    [{ role, region: undefined }, undefined, 'https://sts.us-east-1.amazonaws.com/'],
    [{ role, region: 'eu-west-1' }, undefined, 'https://sts.eu-west-1.amazonaws.com/'],
    [{ role, region: 'ap-southeast-2' }, undefined, 'https://sts.ap-southeast-2.amazonaws.com/'],
    [{ role: role.replace('aws', 'aws-cn'), region: undefined }, undefined, 'https://sts.cn-north-1.amazonaws.com.cn/'],
    [
      { role: role.replace('aws', 'aws-us-gov'), region: undefined },
      undefined,
      'https://sts.us-gov-west-1.amazonaws.com/',
    ],
    [{ role, region: 'eu-west-1' }, 'http://127.0.0.1:1/', 'http://127.0.0.1:1/'],
  ])('%j, own %s', (asked, own, url) => expect(stsEndpoint(asked, own).href).toBe(url));

  it.each(['evil.example/', 'evil.example#', 'us-east-1.evil', '@evil', 'US-EAST-1', '', 'x'.repeat(64), 'a-1\n'])(
    'a region %j sends nothing anywhere',
    (region) => expect(() => stsEndpoint({ role, region }, undefined)).toThrow('no region'),
  );

  it('a partition whose hosts are not known needs an endpoint in the config', () => {
    const other = { role: role.replace('aws', 'aws-iso'), region: 'us-iso-east-1' };
    expect(() => stsEndpoint(other, undefined)).toThrow(
      expect.objectContaining({ code: 'misconfigured', advice: expect.stringContaining('aws_sts_endpoint') }),
    );
  });
});

it('the form is what STS reads', () => {
  const form = roleForm({ ...request, duration: 900 }, new Secret('a.b+c/d='));
  expect(form.toString()).toBe(
    'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FDeveloper' +
      '&RoleSessionName=keytray-lab&DurationSeconds=900&WebIdentityToken=a.b%2Bc%2Fd%3D',
  );
  expect(roleForm(request, new Secret('x')).has('DurationSeconds')).toBe(false);
});

const reply = (
  fields: string,
): string => `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>ada</SubjectFromWebIdentityToken>
    <Credentials>${fields}</Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`;
const fields = {
  SessionToken: 'IQoJb3JpZ2luX2VjE/+=',
  SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE',
  Expiration: '2026-01-01T00:00:00Z',
  AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
};
const elements = (given: Record<string, string>): string =>
  Object.entries(given)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('\n');
const refusal = (code: string, message = 'because'): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

describe('the reply', () => {
  it('gives credentials that nobody sees by accident', () => {
    const read = readRoleReply(200, reply(elements(fields)));
    if (read.kind !== 'credentials') throw new Error(read.kind);
    const { credentials } = read;
    expect(credentials).toMatchObject({ accessKeyId: 'ASIAIOSFODNN7EXAMPLE', expiresAt: 1_767_225_600_000 });
    expect(credentials.secretAccessKey.reveal()).toBe(fields.SecretAccessKey);
    expect(credentials.sessionToken.reveal()).toBe(fields.SessionToken);
    expect(JSON.stringify(credentials)).not.toContain(fields.SecretAccessKey);
  });

  it.each(['', '<html>Sign in to the network</html>', reply(''), ...Object.keys(fields).map(without)])(
    '200 without credentials is a passing trouble: %#',
    (body) =>
      expect(readRoleReply(200, body)).toMatchObject({ kind: 'failed', failure: { code: 'temporarily_unavailable' } }),
  );

  it.each([
    { SecretAccessKey: 'a b' },
    { SessionToken: 'a\nb' },
    { AccessKeyId: 'a"b' },
    { Expiration: 'tomorrow' },
    { SecretAccessKey: '' },
  ])('odd values are none: %j', (odd) =>
    expect(readRoleReply(200, reply(elements({ ...fields, ...odd })))).toMatchObject({ kind: 'failed' }),
  );

  it('a token that AWS finds expired is worth a fresh one', () => {
    for (const code of ['ExpiredToken', 'ExpiredTokenException']) {
      expect(readRoleReply(400, refusal(code))).toEqual({ kind: 'expired' });
    }
  });

  it.each([
    [403, refusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'), 'access_denied'],
    [400, refusal('InvalidIdentityToken', 'Incorrect token audience'), 'access_denied'],
    [400, refusal('ValidationError'), 'access_denied'],
    [400, refusal('IDPCommunicationError'), 'temporarily_unavailable'],
    [400, refusal('Throttling'), 'temporarily_unavailable'],
    [503, refusal('ServiceUnavailable'), 'temporarily_unavailable'],
    [500, '', 'temporarily_unavailable'],
    [429, 'slow down', 'temporarily_unavailable'],
    [403, '<html>a proxy</html>', 'temporarily_unavailable'],
    [302, '', 'temporarily_unavailable'],
  ])('%i %s is %s', (status, body, code) => {
    expect(readRoleReply(status, body)).toMatchObject({ kind: 'failed', failure: { code } });
  });

  it('what AWS says is shown on one line, and no token in it', () => {
    const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
    const read = readRoleReply(403, refusal('AccessDenied', `first &lt;b&gt;\n second ${token}`));
    if (read.kind !== 'failed') throw new Error(read.kind);
    expect(read.failure.message).toBe('AWS refuses the role: AccessDenied: first <b> second [secret]');
  });
});

function without(name: string): string {
  return reply(elements(Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name))));
}
