import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Laboratory, startLaboratory } from '../../support/broker.ts';
import { callBrokersHelper } from '../../support/brokers-helper.ts';
import { refusal, type StubSts, startStubSts } from '../../support/stub-sts.ts';

const role = 'arn:aws:iam::123456789012:role/Developer';
const hour = 3_600_000;
const minute = 60_000;

let lab: Laboratory;
let sts: StubSts;

beforeEach(async () => {
  sts = await startStubSts({ roles: [role] });
  lab = await startLaboratory({
    server: { accessTokenTtl: 12 * 3_600 },
    more: `    aws: [${JSON.stringify(role)}, ${JSON.stringify(`${role}s`)}]\n    aws_sts_endpoint: ${sts.url}\n`,
  });
  expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
});

afterEach(async () => {
  await lab.close();
  await sts.close();
});

async function aws(...more: readonly string[]) {
  const argv = ['get', ...(more.some((word) => word.startsWith('--role')) ? [] : [`--role=${role}`]), ...more];
  const { next, ...answer } = await callBrokersHelper(lab.broker, 'aws', argv);
  const { stdout } = answer;
  const key = stdout === '' ? undefined : (JSON.parse(stdout) as { AccessKeyId: string }).AccessKeyId;
  return { ...answer, key };
}

describe('keys of a role are', () => {
  it('asked for once by 64 at a time, and then served from memory', async () => {
    const answers = await Promise.all(Array.from({ length: 64 }, () => aws()));
    expect(new Set(answers.map(({ key }) => key)).size).toBe(1);
    expect(answers[0]?.key).toMatch(/^ASIA/);
    await aws();
    expect(sts.assumed).toHaveLength(1);
    const [form] = sts.assumed;
    expect(form?.get('RoleArn')).toBe(role);
    expect(form?.get('RoleSessionName')).toBe('keytray-lab');
    // The ID token, and no other: three parts, of which an opaque access token has one.
    expect(form?.get('WebIdentityToken')?.split('.')).toHaveLength(3);
  });

  it('asked for again before a tool of AWS would find them too old', async () => {
    const first = await aws();
    lab.clock.skip(hour - 21 * minute);
    expect((await aws()).key).toBe(first.key);
    lab.clock.skip(2 * minute);
    expect((await aws()).key).not.toBe(first.key);
  });

  it('used for two thirds of the shortest session', async () => {
    const first = await aws('--duration=900');
    lab.clock.skip(9 * minute);
    expect((await aws('--duration=900')).key).toBe(first.key);
    lab.clock.skip(2 * minute);
    expect((await aws('--duration=900')).key).not.toBe(first.key);
  });

  it('apart for other sessions', async () => {
    const keys = [
      await aws(),
      await aws('--session-name=other'),
      await aws('--duration=900'),
      await aws('--token=access'),
    ];
    expect(new Set(keys.map(({ key }) => key)).size).toBe(4);
    expect(sts.assumed.at(-1)?.get('WebIdentityToken')?.split('.')).toHaveLength(1);
  });

  it('noted as handed out, each time', async () => {
    const seen: unknown[] = [];
    lab.broker.subscribe((event) => {
      if (event.type === 'handed_out') seen.push([event.account, event.protocol, event.host]);
    });
    await aws();
    await aws();
    expect(seen).toEqual([
      ['lab', 'aws', role],
      ['lab', 'aws', role],
    ]);
  });
});

describe('when AWS is in trouble', () => {
  const busy = { status: 503, body: 'busy' };

  it('what is left of the keys is used', async () => {
    const first = await aws();
    lab.clock.skip(hour - 5 * minute);
    sts.troubles.push(busy);
    expect((await aws()).key).toBe(first.key);
    expect((await aws()).key).not.toBe(first.key);
  });

  it('but not to the last second', async () => {
    await aws();
    lab.clock.skip(hour - 30_000);
    sts.troubles.push(busy);
    expect(await aws()).toMatchObject({ status: 1, stdout: '' });
  });

  it('one line says so, and the next call asks again', async () => {
    sts.troubles.push(busy);
    expect(await aws()).toEqual({
      status: 1,
      stdout: '',
      stderr: ['keytray: lab: AWS answers 503'],
      key: undefined,
    });
    expect((await aws()).status).toBe(0);
  });

  it('a server that is gone is no other matter', async () => {
    await sts.close();
    const host = new URL(sts.url).host;
    expect(await aws()).toMatchObject({ status: 1, stderr: [`keytray: lab: ${host} cannot be reached`] });
  });

  it('a token it finds expired is refreshed once, and only once', async () => {
    const expired = { status: 400, body: refusal('ExpiredTokenException', 'Token expired') };
    sts.troubles.push(expired);
    expect((await aws()).status).toBe(0);
    expect(lab.refreshes()).toBe(1);
    const tokens = sts.assumed.map((form) => form.get('WebIdentityToken'));
    expect(new Set(tokens).size).toBe(2);
    sts.troubles.push(expired, expired);
    const failed = await aws('--session-name=another');
    expect(failed).toMatchObject({ status: 1, stdout: '' });
    expect(sts.assumed).toHaveLength(4);
  });

  it('a role that trusts somebody else is refused with AWS’s words', async () => {
    const { status, stderr } = await aws(`--role=${role}s`);
    expect(status).toBe(1);
    expect(stderr).toEqual(['keytray: lab: AWS refuses the role: AccessDenied: Not authorized to assume this role']);
  });
});

describe('a sign-out', () => {
  it('ends what is kept', async () => {
    const first = await aws();
    await lab.broker.logout('lab', { revoke: false });
    expect(await aws()).toMatchObject({
      status: 1,
      stdout: '',
      stderr: ['keytray: sign in to lab: keytray login lab'],
    });
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
    expect((await aws()).key).not.toBe(first.key);
  });

  it('another person’s sign-in gets keys of its own', async () => {
    const first = await aws();
    expect(await lab.signIn('grace', { switch: true })).toMatchObject({ state: 'succeeded' });
    expect((await aws()).key).not.toBe(first.key);
  });

  it('a person’s stop of hand-outs holds for keys that are kept, too', async () => {
    await aws();
    lab.broker.gate.pause(hour);
    expect(await aws()).toMatchObject({ status: 1, stdout: '' });
    await lab.broker.gate.open();
    expect((await aws()).status).toBe(0);
  });
});
