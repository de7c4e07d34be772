import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { caller, failureOf } from '../../support/broker.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type Quilt, startQuilt } from '../../support/vendors/quilt/quilt.ts';

const path = '/api/auth/get_credentials';
let quilt: Quilt;
let other: Quilt;
let scene: GrantScene;

beforeEach(async () => {
  [quilt, other] = await Promise.all([startQuilt(), startQuilt()]);
  scene = new GrantScene(`accounts:
  quilt@acme: { service: quilt, url: "${quilt.url}" }
  quilt@ci: { service: quilt, grant: api_key, url: "${quilt.url}" }
  lab: { service: oidc, issuer: "http://127.0.0.1:9", client_id: x }
`);
  await scene.broker.start();
  // Both clocks stand at the same time.
  const offset = scene.clock.now() - Date.now();
  for (const one of [quilt, other]) one.clockOffset = offset;
});
afterEach(async () => {
  await scene.close();
  await Promise.all([quilt.close(), other.close()]);
});

const pasteCode = () => scene.enter({ code: quilt.newCode() }, 'quilt@acme');
const aws = (account = 'quilt@acme', target?: string) =>
  scene.broker.credentials(account, { kind: 'aws', ...(target !== undefined && { target }) }, caller);
const asked = (at = quilt) => at.to(path);

function pass(seconds: number): void {
  scene.clock.advance(seconds * 1_000);
  for (const one of [quilt, other]) one.clockOffset += seconds * 1_000;
}

describe('AWS credentials of a registry', () => {
  it('are had with the session, and have their end', async () => {
    await pasteCode();
    const credential = await aws();
    expect(credential).toEqual({
      access_key_id: expect.stringMatching(/^ASIA/),
      secret_access_key: expect.any(String),
      session_token: expect.any(String),
      expires_at: expect.stringMatching(/Z$/),
    });
    expect(asked()[0]?.headers.authorization).toBe(`Bearer ${quilt.issued[0]}`);
    const seen = scene.log.lines.join();
    for (const secret of Object.values(credential).slice(1, 3)) expect(seen).not.toContain(secret);
  });

  it('are had with an API key too', async () => {
    await scene.enter({ api_key: quilt.addKey('ci', 90).secret }, 'quilt@ci');
    expect(await aws('quilt@ci')).toMatchObject({ access_key_id: expect.stringMatching(/^ASIA/) });
  });

  it('are asked for once by fifty callers, and again when five minutes are left', async () => {
    await pasteCode();
    const many = await Promise.all(Array.from({ length: 50 }, () => aws()));
    expect(new Set(many.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(asked()).toHaveLength(1);
    pass(3_600 - 310);
    expect(await aws()).toEqual(many[0]);
    pass(20);
    expect(await aws()).not.toEqual(many[0]);
    expect(asked()).toHaveLength(2);
  });

  it('that live shortly are asked for again in their last quarter', async () => {
    quilt.switches.awsLife = 400;
    await pasteCode();
    const first = await aws();
    pass(290);
    expect(await aws()).toEqual(first);
    pass(20);
    expect(await aws()).not.toEqual(first);
  });

  it('take no target', async () => {
    await pasteCode();
    expect(await failureOf(aws('quilt@acme', 'arn:aws:iam::123456789012:role/x'))).toMatchObject({
      code: 'invalid_request',
    });
    expect(asked()).toEqual([]);
  });

  it('are had with a new access token where the registry has ended the old one', async () => {
    await pasteCode();
    quilt.clockOffset += 3_601_000;
    expect(await aws()).toMatchObject({ access_key_id: expect.stringMatching(/^ASIA/) });
    expect(asked().map(({ headers }) => headers.authorization)).toEqual(quilt.issued.map((token) => `Bearer ${token}`));
  });

  it('are forgotten with the sign-out', async () => {
    await pasteCode();
    await aws();
    await scene.broker.logout('quilt@acme', { revoke: true });
    expect(await failureOf(aws())).toMatchObject({ code: 'login_required' });
    await pasteCode();
    await aws();
    expect(asked()).toHaveLength(2);
  });

  it('are not asked of another registry that the catalog names by now', async () => {
    await pasteCode();
    quilt.switches.registryUrl = other.url;
    pass(3_601);
    await aws();
    expect(asked()).toHaveLength(1);
    expect(other.requests).toEqual([]);
  });

  it.each<[string, object | string, number]>([
    ['a page', '<html>sign in to this network</html>', 200],
    ['keys without an end', { AccessKeyId: 'ASIA1234', SecretAccessKey: 'secret', SessionToken: 'token' }, 200],
    [
      'keys with a line end',
      { AccessKeyId: 'ASIA1234', SecretAccessKey: 'a\nb', SessionToken: 't', Expiration: '2027-01-01T00:00:00Z' },
      200,
    ],
    ['a refusal', { message: 'no role is assigned' }, 403],
  ])('are not made of %s', async (_what, body, status) => {
    await pasteCode();
    quilt.faults.add(path, { kind: 'reply', status, body });
    expect(await failureOf(aws())).toMatchObject({
      code: status === 200 ? 'temporarily_unavailable' : 'access_denied',
      message: expect.stringMatching(/^Quilt \(acme\)/),
    });
  });
});

describe('keytray helper aws credential-process', () => {
  async function helper(...argv: readonly string[]) {
    await using socket = await startBrokerSocket(scene.broker);
    await using sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
    return await sandbox.run(['helper', 'aws', 'credential-process', ...argv]);
  }

  it('prints what the AWS tools read', async () => {
    row('Q37');
    await pasteCode();
    const { status, stdout, stderr } = await helper('--account', 'quilt@acme');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^ASIA/),
      SecretAccessKey: expect.any(String),
      SessionToken: expect.any(String),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
  });

  it('says in one line who must sign in', async () => {
    const { status, stdout, stderr } = await helper('--account=quilt@acme');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('keytray login quilt@acme');
  });

  it('wants a role of an account whose service has no keys of its own', async () => {
    const { status, stderr } = await helper('--account=lab');
    expect(status).toBe(2);
    expect(stderr).toContain('say which role');
  });
});
