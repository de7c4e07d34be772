import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sign } from 'aws4';
import { describe, expect, it } from 'vitest';
import { type ProofRequest, signIdentityProof } from '../../../core/credentials/aws-identity-proof.ts';
import { Secret } from '../../../core/secret.ts';
import { row } from '../../rows/row.ts';
import { checkProof } from '../../support/vendors/datadog/proof-check.ts';

interface GoldenProof {
  readonly access_key_id: string;
  readonly secret_access_key: string;
  readonly session_token: string;
  readonly org_uuid: string;
  readonly region: string | null;
  readonly time: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly proof: string;
}

/** Made by Datadog's own client for Python. */
const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../support/vendors/datadog/proofs.json'), 'utf8'),
) as GoldenProof[];

const requestOf = (one: GoldenProof): ProofRequest => ({
  session: {
    accessKeyId: one.access_key_id,
    secretAccessKey: new Secret(one.secret_access_key),
    sessionToken: new Secret(one.session_token),
  },
  orgUuid: one.org_uuid,
  region: one.region ?? undefined,
  at: Date.parse(one.time),
  userAgent: one.headers['User-Agent']?.[0] ?? '',
});

const principalOf = (one: GoldenProof) => ({
  accessKeyId: one.access_key_id,
  secretAccessKey: one.secret_access_key,
  sessionToken: one.session_token,
  arn: 'arn:aws:sts::1:assumed-role/x/y',
});

describe.each(golden.map((one) => [one.time, one] as const))("the proof that Datadog's client made at %s", (_, one) => {
  it('is the one we make, byte for byte', async () => {
    row('G3', 'G14');
    expect((await signIdentityProof(requestOf(one))).reveal()).toBe(one.proof);
  });

  it('passes the check that ours must pass', () => {
    const checked = checkProof(one.proof, [principalOf(one)], Date.parse(one.time));
    expect(checked).toMatchObject({ orgUuid: one.org_uuid, region: one.region ?? 'us-east-1' });
  });

  it('has the signature that aws4 makes, from its headers and from ours', async () => {
    row('G4');
    const ours = headersOf((await signIdentityProof(requestOf(one))).reveal());
    const { Authorization, 'User-Agent': _agent, 'X-Amz-Security-Token': _token, ...headers } = ours;
    const signed = sign(
      { service: 'sts', region: one.region ?? 'us-east-1', method: 'POST', path: '/', headers, body },
      { accessKeyId: one.access_key_id, secretAccessKey: one.secret_access_key, sessionToken: one.session_token },
    );
    expect(signed.headers?.Authorization).toBe(Authorization);
  });
});

const body = 'Action=GetCallerIdentity&Version=2011-06-15';

const headersOf = (proof: string): Record<string, string> => {
  const json = Buffer.from(proof.split('|')[1] ?? '', 'base64').toString();
  const entries = Object.entries(JSON.parse(json) as Record<string, string[]>);
  return Object.fromEntries(entries.map(([name, [value]]) => [name, value ?? '']));
};

describe('what the check refuses', () => {
  const one = golden[0] as GoldenProof;
  const at = Date.parse(one.time);
  const check =
    (proof: string, now = at) =>
    () =>
      checkProof(proof, [principalOf(one)], now);
  const changed = (part: number, from: string, to: string) =>
    one.proof
      .split('|')
      .map((text, index) =>
        index === part
          ? Buffer.from(Buffer.from(text, 'base64').toString().replace(from, to)).toString('base64')
          : text,
      )
      .join('|');

  it.each([
    ['another org', changed(1, one.org_uuid, 'aaaaaaaa-2222-3333-4444-555555555555'), 'signature is wrong'],
    ['another session token', changed(1, one.session_token, 'OTHER'), 'signature is wrong'],
    ['another body', changed(0, 'GetCallerIdentity', 'AssumeRole'), 'another request'],
    ['a host that is not STS', changed(3, 'sts.amazonaws.com', 'evil.example'), 'not that of the host'],
    ['three parts', one.proof.replace('|POST', ''), 'four parts'],
    ['base64 of the other kind', one.proof.replace('=|', '|'), 'standard base64'],
  ])('%s', (_, proof, words) => expect(check(proof)).toThrow(words));

  it('a signature of sixteen minutes ago, or from the future', () => {
    expect(check(one.proof, at + 15 * 60_000)).not.toThrow();
    expect(check(one.proof, at + 16 * 60_000)).toThrow('another time');
    expect(check(one.proof, at - 16 * 60_000)).toThrow('another time');
  });
});

it.each(['evil.example/', 'us-east-1.evil', '@evil', '', 'US-EAST-1'])(
  'the region %j signs nothing',
  async (region) => {
    await expect(signIdentityProof({ ...requestOf(golden[0] as GoldenProof), region })).rejects.toThrow(
      'not an AWS region',
    );
  },
);

it('a proof for China names the hosts of China', async () => {
  const proof = await signIdentityProof({ ...requestOf(golden[0] as GoldenProof), region: 'cn-north-1' });
  expect(headersOf(proof.reveal()).host).toBe('sts.cn-north-1.amazonaws.com.cn');
});
