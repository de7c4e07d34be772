import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemPrograms } from '../../../core/platform/system-programs.ts';
import { row } from '../../rows/row.ts';
import { failureOf } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { StubPrograms } from '../../support/stub-programs.ts';
import { startStubSts } from '../../support/stub-sts.ts';
import {
  type AwsPrincipal,
  type Datadog,
  delegatedTokenPath,
  startDatadog,
} from '../../support/vendors/datadog/datadog.ts';

const minute = 60_000;
let datadog: Datadog;
let stubs: StubPrograms;
let folder: string;
let open: GrantScene[];

beforeAll(async () => {
  datadog = await startDatadog();
});
afterAll(() => datadog.close());
beforeEach(async () => {
  stubs = await StubPrograms.create();
  folder = await mkdtemp(path.join(tmpdir(), 'keytray-aws-'));
  open = [];
});
afterEach(async () => {
  datadog.faults.clear();
  datadog.clockOffset = 0;
  for (const scene of open) await scene.close();
  await stubs[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const asked = (): number => datadog.to(delegatedTokenPath).length;
/** Requests to AWS STS by anybody: a proof is checked without it. */
const atAws = (): number => datadog.sts.to('/').length;

const environmentOf = ({ accessKeyId, secretAccessKey, sessionToken }: AwsPrincipal) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
});
/** What a credential_process prints (docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html). */
const processOutput = ({ accessKeyId, secretAccessKey, sessionToken }: AwsPrincipal) =>
  JSON.stringify({
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
  });

interface Options {
  readonly source?: string;
  readonly settings?: string;
  readonly more?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A broker whose clock is that of the emulator, which is the real one but for its offset. */
async function start({
  source = '{ env: true }',
  settings = `org_uuid: ${datadog.orgUuid}`,
  more = '',
  env,
}: Options = {}) {
  const text = `accounts:\n  datadog: { service: datadog, url: "${datadog.url}", settings: { ${settings} }, aws_credentials: ${source} }\n${more}`;
  const programs = new SystemPrograms({ env: { PATH: stubs.path }, clock: new ManualClock() });
  const scene = new GrantScene(text, { programs, environment: env ?? environmentOf(datadog.principals[0]) });
  scene.clock.step(Date.now() - scene.clock.now());
  open.push(scene);
  await scene.broker.start();
  return scene;
}

describe('an account that proves an AWS identity', () => {
  it('needs no sign-in and no key, asks once for all, and leaves AWS alone', async () => {
    row('G1', 'G6', 'G15');
    const [before, sts] = [asked(), atAws()];
    const scene = await start();
    const answers = await Promise.all(Array.from({ length: 50 }, () => scene.token('datadog')));
    expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(1);
    expect(answers[0]?.expires_in).toBeGreaterThan(880);
    const reply = await fetch(`${datadog.url}/api/v2/current_user`, {
      headers: { authorization: `Bearer ${answers[0]?.access_token}` },
    });
    expect(await reply.json()).toMatchObject({ data: { attributes: { email: 'robot@example.com' } } });
    await scene.restart();
    await scene.token('datadog');
    expect([asked() - before, atAws() - sts]).toEqual([1, 0]);
  });

  it('takes the credentials of a program, which asks nobody at AWS either', async () => {
    row('G2');
    await stubs.prints('creds', processOutput(datadog.principals[0]));
    const sts = atAws();
    const scene = await start({ source: '{ command: [creds, --json] }', env: {} });
    expect((await scene.token('datadog')).access_token).toBeDefined();
    expect(await stubs.runs('creds')).toEqual(['--json']);
    expect(atAws()).toBe(sts);
  });

  it('takes those of a profile through the SDK of AWS, also where a program has them', async () => {
    row('G2');
    await stubs.prints('creds', processOutput(datadog.principals[0]));
    const file = path.join(folder, 'config');
    const { accessKeyId, secretAccessKey, sessionToken } = datadog.principals[0];
    await writeFile(
      file,
      `[profile keys]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\naws_session_token = ${sessionToken}\n` +
        `[profile process]\ncredential_process = ${stubs.folder}/creds\n[profile ring]\nsource_profile = inner\nrole_arn = arn:aws:iam::1:role/x\n` +
        `[profile inner]\ncredential_process = /opt/keytray/out/bin/keytray helper aws credential-process\n[profile long]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n`,
    );
    const env = { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none'), HOME: folder };
    for (const profile of ['keys', 'process']) {
      const scene = await start({ source: `{ profile: ${profile} }`, env });
      expect((await scene.token('datadog')).expires_in).toBeGreaterThan(880);
    }
    const fails = async (profile: string) =>
      await failureOf((await start({ source: `{ profile: ${profile} }`, env })).token('datadog'));
    expect(await fails('ring')).toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('leads back to Keytray'),
    });
    expect(await fails('long')).toMatchObject({
      code: 'misconfigured',
      message: 'the AWS profile long has no AWS session token',
    });
    expect(await fails('absent')).toMatchObject({
      code: 'access_denied',
      message: 'the AWS profile absent gives no credentials',
    });
  });

  it('takes those of a role that another account of ours may assume, and names its ARN where nobody is mapped', async () => {
    row('G2');
    const sts = await startStubSts({ roles: [] });
    const [, { accessKeyId, secretAccessKey, sessionToken }] = datadog.principals;
    const keys = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken };
    const told = Object.entries({ ...keys, Expiration: new Date(Date.now() + 60 * minute).toISOString() });
    sts.troubles.push({ status: 200, body: told.map(([name, value]) => `<${name}>${value}</${name}>`).join('') });
    await stubs.prints('idp', 'an-id-token');
    const more = `  mine: { service: oauth, grant: command, command: [idp], aws_sts_endpoint: "${sts.url}", aws: ["arn:aws:iam::123456789012:role/ops/unmapped"] }\n`;
    const scene = await start({
      source: '{ account: mine, role: "arn:aws:iam::123456789012:role/ops/unmapped" }',
      more,
      env: {},
    });
    expect(await failureOf(scene.token('datadog'))).toMatchObject({
      code: 'access_denied',
      message: expect.stringContaining('maps arn:aws:sts::123456789012:assumed-role/unmapped/keytray to no user'),
      advice: expect.stringMatching(
        /^Map arn:aws:sts::123456789012:assumed-role\/unmapped\/keytray to a user in Datadog/,
      ),
    });
    expect(await scene.state('datadog')).toBe('degraded/access_denied');
    await sts.close();
  });

  it.each([
    ['env', '{ env: true }', 'prints the ARN, with the variables Keytray was started with.'],
    ['command', '{ command: [creds] }', 'prints the ARN, with the credentials that creds prints.'],
    ['profile', '{ profile: ops }', 'To see the ARN: aws sts get-caller-identity --profile ops.'],
  ])(
    'of %s is told by its access key where nobody is mapped, and AWS is not asked whose it is',
    async (_, source, how) => {
      row('G10');
      const [, unmapped] = datadog.principals;
      await stubs.prints('creds', processOutput(unmapped));
      const file = path.join(folder, 'config');
      await writeFile(file, `[profile ops]\ncredential_process = ${stubs.folder}/creds\n`);
      const files = { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none'), HOME: folder };
      const scene = await start({ source, env: { ...environmentOf(unmapped), ...files } });
      const sts = atAws();
      expect(await failureOf(scene.token('datadog'))).toMatchObject({
        code: 'access_denied',
        message: expect.stringMatching(/maps the AWS identity of access key ASIAUNMAPPEDEXAMPLE to no user$/),
        advice: expect.stringContaining(how),
      });
      datadog.faults.add(delegatedTokenPath, {
        kind: 'reply',
        status: 403,
        body: { errors: [`Forbidden: no mapping for ${unmapped.arn}`] },
      });
      expect(await failureOf(scene.token('datadog', { force: true }))).toMatchObject({
        message: expect.stringContaining(`maps ${unmapped.arn} to no user`),
        advice: expect.stringMatching(`^Map ${unmapped.arn} to a user in Datadog`),
      });
      expect(await scene.state('datadog')).toBe('degraded/access_denied');
      expect(atAws()).toBe(sts);
    },
  );

  it('is asked for anew when its token has less than five minutes left, and served that one where it cannot be', async () => {
    row('G7', 'G17');
    const scene = await start();
    const { access_token: first } = await scene.token('datadog');
    scene.clock.advance(9 * minute);
    expect((await scene.token('datadog')).access_token).toBe(first);
    scene.clock.advance(2 * minute);
    datadog.clockOffset = 11 * minute;
    const { access_token: second } = await scene.token('datadog');
    expect(second).not.toBe(first);
    scene.clock.advance(11 * minute);
    datadog.faults.add(delegatedTokenPath, { kind: 'reply', status: 503, body: { errors: ['down'] } }, 9);
    expect(await scene.token('datadog')).toMatchObject({ access_token: second });
    scene.clock.advance(5 * minute);
    expect(await failureOf(scene.token('datadog', { force: true }))).toMatchObject({ code: 'temporarily_unavailable' });
  });

  it('proves itself at the STS of its region', async () => {
    row('G5');
    const scene = await start({ settings: `org_uuid: ${datadog.orgUuid}, region: eu-west-1` });
    await scene.token('datadog');
    const [, proof = ''] =
      /^Delegated (.*)$/.exec(datadog.to(delegatedTokenPath).at(-1)?.headers.authorization ?? '') ?? [];
    const place = Buffer.from(proof.split('|')[3] ?? '', 'base64').toString();
    expect(place).toBe('https://sts.eu-west-1.amazonaws.com');
  });

  it('goes on over many lives of a short token, and hands out none that has ended', async () => {
    row('G12');
    datadog.lifetime = 3;
    const scene = await start();
    const before = asked();
    for (let life = 0; life < 10; life += 1) {
      const { access_token, expires_in } = await scene.token('datadog');
      expect(access_token).toBe(datadog.issued.at(-1));
      expect(expires_in).toBeGreaterThan(0);
      scene.clock.advance(3_100);
      datadog.clockOffset += 3_100;
    }
    expect(asked()).toBe(before + 10);
    datadog.lifetime = 900;
  });

  it('is one of two that know nothing of each other', async () => {
    row('G11');
    await stubs.prints('creds', processOutput(datadog.principals[1]));
    const more = `  other: { service: datadog, url: "${datadog.url}", settings: { org_uuid: ${datadog.orgUuid} }, aws_credentials: { command: [creds] } }\n`;
    const scene = await start({ more });
    const { access_token } = await scene.token('datadog');
    expect(await failureOf(scene.token('other'))).toMatchObject({ code: 'access_denied', account: 'other' });
    expect(await scene.state('datadog')).toBe('active');
    expect((await scene.token('datadog')).access_token).toBe(access_token);
  });
});

describe('a clock that is an hour off', () => {
  it.each([-60, 60])('(%i minutes) is repaired once, and no token outlives its end by it', async (minutes) => {
    const scene = await start();
    datadog.clockOffset = minutes * minute;
    const before = asked();
    const answer = await scene.token('datadog');
    expect(answer.expires_in).toBeGreaterThan(880);
    expect(answer.expires_in).toBeLessThanOrEqual(900);
    expect(asked() - before).toBe(2);
  });

  it('is named where it is not the only trouble', async () => {
    const scene = await start({ env: environmentOf({ ...datadog.principals[0], sessionToken: 'old' }) });
    datadog.clockOffset = 60 * minute;
    expect(await failureOf(scene.token('datadog'))).toMatchObject({
      code: 'access_denied',
      message: expect.stringMatching(/the clock of this machine is 60 minutes behind/),
    });
  });
});

describe('what is missing is said in a sentence, nobody is asked, and the account is not signed out', () => {
  it.each<[string, Options, string]>([
    ['an organization', { settings: '' }, 'datadog does not say which organization of Datadog it is for'],
    [
      'an organization that is one',
      { settings: 'org_uuid: of acme' },
      'datadog does not say which organization of Datadog it is for',
    ],
    [
      'the session token',
      { env: { AWS_ACCESS_KEY_ID: 'AKIA1', AWS_SECRET_ACCESS_KEY: 's' } },
      'the environment Keytray was started in has no AWS session token',
    ],
    ['all credentials', { env: {} }, 'the environment Keytray was started in has no AWS credentials'],
    [
      'the life of the credentials',
      { env: { AWS_CREDENTIAL_EXPIRATION: '2020-01-01T00:00:00Z' } },
      'the AWS credentials Keytray was started with have ended',
    ],
    ['a program', { source: '{ command: [nowhere] }' }, 'nowhere cannot be run'],
    ['a region that is one', { settings: 'org_uuid: o, region: evil.example' }, 'evil.example is not an AWS region'],
  ])('%s', async (_what, options, message) => {
    const before = asked();
    const scene = await start(options);
    expect(await failureOf(scene.token('datadog'))).toMatchObject({
      code: 'misconfigured',
      message,
      advice: expect.any(String),
    });
    expect(await scene.state('datadog')).toBe('degraded/misconfigured');
    expect(asked()).toBe(before);
  });

  it('and with new credentials in the environment, Keytray is to be started again', async () => {
    row('G10');
    const scene = await start({ env: environmentOf({ ...datadog.principals[0], sessionToken: 'old' }) });
    expect(await failureOf(scene.token('datadog'))).toMatchObject({
      code: 'access_denied',
      advice: expect.stringContaining('start Keytray again'),
    });
    const said = JSON.stringify([scene.log.lines, await scene.broker.status(), scene.notices.shown]);
    for (const secret of [datadog.principals[0].secretAccessKey, datadog.principals[0].sessionToken, 'Delegated ']) {
      expect(said).not.toContain(secret);
    }
  });
});
