import { describe, expect, it } from 'vitest';
import { awsHelper } from '../../../../core/helpers/aws/aws.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const role = 'arn:aws:iam::123456789012:role/Developer';
const other = 'arn:aws:iam::123456789012:role/Other';
const lab = fakeAccount('lab', [role], { idToken: 'id.tok.en', expiresAt: 1_767_225_600_000 });

async function aws(argv: readonly string[], accounts = [lab]) {
  const broker = new FakeHelperBroker(accounts);
  const answer = await callHelper(awsHelper, argv[0] ?? '', neverClosed(), broker, { argv });
  return { ...answer, broker };
}

describe('get', () => {
  it('prints what credential_process reads', async () => {
    const { status, stdout, stderr } = await aws(['get', '--account=lab', `--role=${role}`]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: [] });
    expect(JSON.parse(stdout)).toEqual({
      Version: 1,
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: `secret-of-${role}`,
      SessionToken: 'id.tok.en',
      Expiration: '2026-01-01T00:00:00Z',
      AccountId: '123456789012',
    });
  });

  it('asks for a session named after the account, with the ID token', async () => {
    const { broker } = await aws(['get', '--role', role]);
    expect(broker.roles).toEqual([
      { role, sessionName: 'keytray-lab', duration: undefined, region: undefined, token: 'id' },
    ]);
  });

  it('or as it is told', async () => {
    const { broker } = await aws([
      'get',
      `--role=${role}`,
      '--session-name=ada@lab',
      '--duration=43200',
      '--region=eu-west-1',
      '--token=access',
    ]);
    expect(broker.roles).toEqual([
      { role, sessionName: 'ada@lab', duration: 43_200, region: 'eu-west-1', token: 'access' },
    ]);
  });

  it('the longest account id still makes a session name', async () => {
    const id = `a${'b'.repeat(63)}`;
    const { broker } = await aws(['get', `--role=${role}`], [fakeAccount(id, [role])]);
    expect(broker.roles[0]?.sessionName).toMatch(/^[\w+=,.@-]{2,64}$/);
  });
});

describe('credential-process', () => {
  const quilt = fakeAccount('quilt@acme', [], { token: 'ses.si.on', expiresAt: 1_767_225_600_000, ownAwsKeys: true });

  it.each(['credential-process', 'get'])('%s prints the keys that a service gives of its own', async (operation) => {
    const { status, stdout, stderr, broker } = await aws([operation, '--account', 'quilt@acme'], [lab, quilt]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: [] });
    expect(JSON.parse(stdout)).toEqual({
      Version: 1,
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 'secret-of-quilt@acme',
      SessionToken: 'ses.si.on',
      Expiration: '2026-01-01T00:00:00Z',
    });
    expect(broker.roles).toEqual([]);
  });

  it('is get for a role', async () => {
    const { status, broker } = await aws(['credential-process', `--role=${role}`]);
    expect(status).toBe(0);
    expect(broker.roles).toHaveLength(1);
  });

  it.each([
    [['credential-process', '--account=quilt@acme', `--role=${role}`], 'leave out all but --account'],
    [['exec', '--account=quilt@acme', '--', 'aws'], 'use credential-process'],
    [['credential-process', '--account=lab'], 'say which role'],
    [['credential-process', '--account=quilt@acme', 'aws'], 'unknown argument'],
  ])('refuses %j', async (argv, line) => {
    const { status, stdout, stderr } = await aws(argv, [lab, quilt]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.join()).toContain(line);
  });
});

describe('token-file', () => {
  it('prints the ID token without a line end', async () => {
    expect(await aws(['token-file', '--account=lab'])).toMatchObject({ status: 0, stdout: 'id.tok.en', stderr: [] });
    expect(await aws(['token-file', `--role=${role}`])).toMatchObject({ stdout: 'id.tok.en' });
  });

  it.each(['id.tok\nen', 'id tok', ''])('not %j', async (idToken) => {
    const answer = await aws(['token-file'], [{ ...lab, idToken }]);
    expect(answer).toMatchObject({ status: 1, stdout: '' });
    expect(answer.stderr).toHaveLength(1);
  });
});

it('exec runs the command with the token in a file that is on no disk', async () => {
  const { status, stdout, next } = await aws(['exec', `--role=${role}`, '--', 'aws', 's3', 'ls', '--account=x']);
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  expect(next).toMatchObject({
    name: 'aws',
    argv: ['s3', 'ls', '--account=x'],
    variables: { AWS_ROLE_ARN: role, AWS_ROLE_SESSION_NAME: 'keytray-lab' },
  });
  expect(next?.files.AWS_WEB_IDENTITY_TOKEN_FILE?.reveal()).toBe('id.tok.en');
});

it('exec by way of an endpoint gives its address, and what is to be sent there', async () => {
  const { status, next, broker } = await aws([
    'exec',
    `--role=${role}`,
    '--way=endpoint',
    '--duration=900',
    '--',
    'aws',
    's3',
  ]);
  expect(status).toBe(0);
  expect(next).toMatchObject({
    name: 'aws',
    argv: ['s3'],
    variables: { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/endpoint' },
  });
  expect(Object.keys(next?.files ?? {})).toEqual(['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']);
  expect(broker.roles).toMatchObject([{ role, duration: 900 }]);
});

it('exec leaves a path to env(1)', async () => {
  const { next } = await aws(['exec', `--role=${role}`, '--', './deploy.sh', '-n']);
  expect(next).toMatchObject({ name: 'env', argv: ['./deploy.sh', '-n'] });
});

describe('nothing is handed out', () => {
  const nobody = fakeAccount('nobody', []);
  it.each([
    ['for a role nobody lists', ['get', `--role=${other}`], 1],
    ['for a role another account lists', ['get', '--account=home', `--role=${role}`], 1],
    ['for a role several list', ['get', '--role=arn:shared'], 1],
    ['for a longer ARN', ['get', `--role=${role}/x`], 1],
    ['for an account that is not there', ['get', '--account=ghost', `--role=${role}`], 1],
    ['for an account that lists no role', ['token-file', '--account=nobody'], 1],
    ['where several accounts could be meant', ['token-file'], 1],
    ['without a role', ['get', '--account=lab'], 2],
    ['for exec without a role', ['exec', '--', 'aws'], 2],
    ['for exec without a command', ['exec', `--role=${role}`], 2],
    ['for a command that env would take for a variable', ['exec', `--role=${role}`, '--', './a=b'], 2],
    ['for a session name AWS refuses', ['get', `--role=${role}`, '--session-name=a b'], 2],
    ['for a session of seconds', ['get', `--role=${role}`, '--duration=60'], 2],
    ['for a session of days', ['get', `--role=${role}`, '--duration=86400'], 2],
    ['for a duration that is none', ['get', `--role=${role}`, '--duration=1e3'], 2],
    ['for another token', ['get', `--role=${role}`, '--token=refresh'], 2],
    ['for another way', ['exec', `--role=${role}`, '--way=pipe', '--', 'aws'], 2],
    ['for stray words', ['get', `--role=${role}`, 'more'], 2],
    ['for unknown options', ['get', `--role=${role}`, '--endpoint=https://evil.example'], 2],
    ['for an option given twice', ['get', `--role=${role}`, `--role=${other}`], 2],
    ['for other operations', ['store'], 2],
    ['for none', [], 2],
    ['for names every object has', ['constructor'], 2],
  ])('%s', async (_, argv, expected) => {
    const accounts = [{ ...lab, hosts: [role, 'arn:shared'] }, fakeAccount('home', ['arn:shared']), nobody];
    const { status, stdout, stderr, next, broker } = await aws(argv, accounts);
    expect({ status, stdout, next, handedOut: broker.handedOut }).toEqual({
      status: expected,
      stdout: '',
      next: undefined,
      handedOut: [],
    });
    expect(stderr).toHaveLength(1);
  });

  it.each(['get', 'token-file', 'exec'])('%s without a sign-in: what to do, in one line', async (operation) => {
    const argv = [operation, `--role=${role}`, ...(operation === 'exec' ? ['--', 'aws'] : [])];
    expect(await aws(argv, [{ ...lab, failure: 'login_required' }])).toMatchObject({
      status: 1,
      stdout: '',
      next: undefined,
      stderr: ['keytray: sign in to lab: keytray login lab'],
    });
  });
});
