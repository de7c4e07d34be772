import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionOfProfile } from '../../../core/hand-out/aws-profile.ts';
import { NothingSent } from '../../../core/http/nothing-sent.ts';
import type { Fetch } from '../../../core/ports.ts';
import { failureOf } from '../../support/broker.ts';

const role = 'arn:aws:iam::123456789012:role/reader';
/** docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
  <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/reader/x</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser>
  <Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey>
  <SessionToken>role-session</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>`;

describe('a profile whose role AWS gives', () => {
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-profile-'));
    const file = path.join(folder, 'config');
    await writeFile(
      file,
      `[profile keys]\naws_access_key_id = AKIAUSER\naws_secret_access_key = user-secret\n` +
        `[profile role]\nsource_profile = keys\nrole_arn = ${role}\nregion = eu-west-1\n`,
    );
    env = { HOME: folder, AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none') };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const sessionBy = async (fetch: Fetch) => await sessionOfProfile('role', { env, now: 0, fetch });

  it('is asked for over our own fetch, which knows proxies and authorities', async () => {
    const asked: { readonly url: string; readonly body: string; readonly authorization: string | null }[] = [];
    const session = await sessionBy(async (input, init) => {
      const authorization = new Headers(init?.headers).get('authorization');
      asked.push({ url: String(input), body: String(init?.body), authorization });
      return new Response(assumed, { headers: { 'content-type': 'text/xml' } });
    });
    expect(session.accessKeyId).toBe('ASIAROLE');
    expect(session.sessionToken.reveal()).toBe('role-session');
    expect(asked).toHaveLength(1);
    expect(asked[0]?.url).toBe('https://sts.eu-west-1.amazonaws.com/');
    expect(new URLSearchParams(asked[0]?.body).get('RoleArn')).toBe(role);
    expect(asked[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAUSER\/\d{8}\/eu-west-1\/sts\//);
  });

  it('is a matter of waiting where AWS cannot be reached, and refused where it says no', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const unreached = await failureOf(sessionBy(() => Promise.reject(new NothingSent(refused))));
    expect(unreached).toMatchObject({ code: 'temporarily_unavailable' });
    const body =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not yours</Message></Error></ErrorResponse>';
    const denied = await failureOf(sessionBy(async () => new Response(body, { status: 403 })));
    expect(denied).toMatchObject({ code: 'access_denied', detail: 'not yours' });
  });
});
