import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fromProcess } from '@aws-sdk/credential-provider-process';
import { fromTokenFile } from '@aws-sdk/credential-provider-web-identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { runToEnd } from '../../support/processes.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';
import { type StubSts, startStubSts } from '../../support/stub-sts.ts';
import { wrapTrixie } from '../../support/trixie-wrapper.ts';

const role = 'arn:aws:iam::123456789012:role/Developer';
const assumed = 'arn:aws:sts::123456789012:assumed-role/Developer/keytray-lab';

let server: RunningAuthorizationServer;
let sts: StubSts;
let keytray: Keytray;
let env: NodeJS.ProcessEnv;
/** Works in a shell and without one. */
let command: string;

beforeAll(async () => {
  server = await startAuthorizationServer();
  sts = await startStubSts({ roles: [role], trusts: { issuer: server.issuer, audience: 'keytray' } });
  keytray = await createKeytray();
  const more = `    aws: ['${role}']\n    aws_sts_endpoint: ${sts.url}\n`;
  await keytray.configure(labConfig({ issuer: server.issuer, more }));
  await keytray.startAgent();
  expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });

  const bin = path.join(keytray.folder, 'bin');
  await wrapTrixie(bin, 'aws');
  command = `env KEYTRAY_SOCKET=${keytray.socket} ${program('keytray')} helper aws get --account=lab --role=${role}`;
  const config = path.join(keytray.folder, 'aws.ini');
  const tokenFile = path.join(keytray.folder, 'token');
  await writeFile(
    config,
    [
      '[profile keys]',
      `credential_process = ${command}`,
      '[profile stranger]',
      `credential_process = ${command}s`,
      '[profile file]',
      `web_identity_token_file = ${tokenFile}`,
      `role_arn = ${role}`,
      'role_session_name = keytray-lab',
      '',
    ].join('\n'),
  );
  env = {
    ...keytray.env,
    PATH: `${bin}:${keytray.env.PATH}`,
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: path.join(keytray.folder, 'none'),
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
    AWS_PAGER: '',
  };
});

afterAll(async () => {
  await keytray.close();
  await sts.close();
  await server.close();
});

let asked = 0;
beforeEach(() => {
  asked = sts.assumed.length;
});

const aws = (...args: readonly string[]) =>
  runToEnd('aws', args, { env, cwd: keytray.folder }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error('aws of Debian trixie is missing: node build/trixie.ts') : error;
  });
const programs = path.join(import.meta.dirname, 'programs');
const whoAmI = ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'];

describe('aws version 2', () => {
  needsRoot('signs with the keys of credential_process, which two commands share', async () => {
    const ask = () => aws(...whoAmI, '--profile=keys');
    const answers = await Promise.all([ask(), ask()]);
    for (const answer of answers) expect(answer).toEqual({ status: 0, stdout: `${assumed}\n`, stderr: '' });
    expect(sts.callers).toHaveLength(2);
    expect(new Set(sts.callers).size).toBe(1);
    expect(sts.assumed).toHaveLength(1);
  });

  needsRoot('is told in one line about a role that is not listed', async () => {
    const { status, stderr, stdout } = await aws(...whoAmI, '--profile=stranger');
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(`keytray: lab does not list ${role}s under aws: in its configuration`);
    expect(sts.assumed).toHaveLength(asked);
  });

  needsRoot('reads the ID token from a file that Keytray wrote', async () => {
    const { status, stdout } = await keytray.run(['helper', 'aws', 'token-file', '--account=lab']);
    expect(status).toBe(0);
    await writeFile(path.join(keytray.folder, 'token'), stdout, { mode: 0o600 });
    expect(await aws(...whoAmI, '--profile=file')).toEqual({ status: 0, stdout: `${assumed}\n`, stderr: '' });
    expect(sts.assumed.at(-1)?.get('WebIdentityToken')).toBe(stdout);
  });

  needsRoot('reads it from a file that is on no disk', async () => {
    // A session of its own: aws itself keeps the keys of the one before.
    const args = ['helper', 'aws', 'exec', `--role=${role}`, '--session-name=memory', '--', 'aws', ...whoAmI];
    const answer = await runToEnd(program('keytray'), args, { env, cwd: keytray.folder });
    expect(answer).toEqual({ status: 0, stdout: `${assumed.replace('keytray-lab', 'memory')}\n`, stderr: '' });
    expect(sts.assumed).toHaveLength(asked + 1);
  });
});

describe('a command under `exec --way=endpoint`', () => {
  const exec = (...command: readonly string[]) => {
    const args = ['helper', 'aws', 'exec', '--way=endpoint', `--role=${role}`, '--', ...command];
    return runToEnd(program('keytray'), args, { env, cwd: keytray.folder });
  };

  needsRoot('aws asks there', async () => {
    expect(await exec('aws', ...whoAmI)).toEqual({ status: 0, stdout: `${assumed}\n`, stderr: '' });
  });

  it('so does the SDK for JavaScript', async () => {
    const { status, stdout, stderr } = await exec(process.execPath, path.join(programs, 'container.ts'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([expect.stringMatching(/^ASIA/), expect.stringMatching(/^ASIA/)]);
  });
});

describe('the SDK for JavaScript', () => {
  it('reads credential_process', async () => {
    const configFilepath = env.AWS_CONFIG_FILE ?? '';
    const provide = fromProcess({ profile: 'keys', configFilepath, filepath: path.join(keytray.folder, 'none') });
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provide();
    expect(accessKeyId).toMatch(/^ASIA/);
    expect(secretAccessKey).not.toBe('');
    expect(sessionToken).not.toBe('');
    expect(expiration?.getTime()).toBeGreaterThan(Date.now() + 15 * 60_000);
  });

  it('says what Keytray said where there are no keys', async () => {
    const configFilepath = env.AWS_CONFIG_FILE ?? '';
    const provide = fromProcess({ profile: 'stranger', configFilepath, filepath: path.join(keytray.folder, 'none') });
    await expect(provide()).rejects.toThrow(`keytray: lab does not list ${role}s`);
  });

  it('assumes the role with a token file', async () => {
    const webIdentityTokenFile = path.join(keytray.folder, 'token-for-sdk');
    const { stdout } = await keytray.run(['helper', 'aws', 'token-file', `--role=${role}`]);
    await writeFile(webIdentityTokenFile, stdout, { mode: 0o600 });
    expect(await readFile(webIdentityTokenFile, 'utf8')).not.toMatch(/\s/);
    const clientConfig = { endpoint: sts.url, region: 'us-east-1' };
    const provide = fromTokenFile({ webIdentityTokenFile, roleArn: role, clientConfig });
    expect((await provide()).accessKeyId).toMatch(/^ASIA/);
  });

  it('in a program under `exec`, as often as it likes', async () => {
    const script = path.join(programs, 'web-identity.ts');
    const args = ['helper', 'aws', 'exec', `--role=${role}`, '--', process.execPath, script, sts.url];
    const { status, stdout, stderr } = await runToEnd(program('keytray'), args, { env, cwd: keytray.folder });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(new Set(JSON.parse(stdout) as string[]).size).toBe(2);
    expect(sts.assumed).toHaveLength(asked + 2);
  });
});
