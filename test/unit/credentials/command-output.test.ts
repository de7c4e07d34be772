import { describe, expect, it } from 'vitest';
import { readCommandOutput } from '../../../core/credentials/command-output.ts';

const now = Date.UTC(2026, 2, 1, 12);

/** Token and lifetime in seconds, or why there is none. */
function read(text: string): readonly unknown[] {
  const output = readCommandOutput(text, now);
  return output.kind === 'token' ? [output.token.reveal(), output.lifetime] : [output.kind];
}

describe('what a program prints', () => {
  // What the real programs print, by their own documentation.
  it.each<[string, string, readonly unknown[]]>([
    ['gh auth token (cli.github.com/manual/gh_auth_token)', 'gho_abc123\n', ['gho_abc123', undefined]],
    [
      'vault print token (developer.hashicorp.com/vault/docs/commands/print)',
      'hvs.CAESICaie3Dm0\n',
      ['hvs.CAESICaie3Dm0', undefined],
    ],
    [
      'gcloud auth print-access-token (cloud.google.com/sdk/gcloud/reference/auth/print-access-token)',
      'ya29.a0AfH6SMB\n',
      ['ya29.a0AfH6SMB', undefined],
    ],
    [
      'az account get-access-token (learn.microsoft.com/cli/azure/account), where expires_on is the same in UTC',
      JSON.stringify({
        accessToken: 'eyJ0eXAi.az',
        expiresOn: localTime(now + 3_600_000),
        expires_on: now / 1_000 + 3_600,
        subscription: '00000000-0000-0000-0000-000000000000',
        tenant: '00000000-0000-0000-0000-000000000000',
        tokenType: 'Bearer',
      }),
      ['eyJ0eXAi.az', 3_600],
    ],
    [
      'databricks auth token (github.com/databricks/cli, cmd/auth/token.go): golang.org/x/oauth2 as JSON',
      '{\n  "access_token": "eyJ.dbx",\n  "token_type": "Bearer",\n  "expiry": "2026-03-01T14:00:00.123456789+01:00"\n}\n',
      ['eyJ.dbx', 3_600],
    ],
    [
      'a kubectl exec plugin (kubernetes.io, client authentication)',
      '{"kind":"ExecCredential","status":{"token":"k8s-token","expirationTimestamp":"2026-03-01T12:10:00Z"}}',
      ['k8s-token', 600],
    ],
    ['a token endpoint through curl', '{"access_token":"t","expires_in":"86400"}', ['t', 86_400]],
  ])('is understood of %s', (_what, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each<[string, Readonly<Record<string, unknown>>, number | undefined]>([
    ['the earliest of several', { expires_in: 900, expires_at: now / 1_000 + 600 }, 600],
    ['milliseconds', { expires_at: now + 60_000 }, 60],
    ['none that can be read', { expiry: 'tomorrow' }, undefined],
    ['the year 1, which Go writes for none', { expiry: '0001-01-01T00:00:00Z' }, undefined],
    ['beyond all reason', { expires_in: 1e15 }, Number.POSITIVE_INFINITY],
    ['another type', { expires_at: { at: 1 } }, undefined],
  ])('has an end: %s', (_what, told, lifetime) => {
    expect(read(JSON.stringify({ token: 't', ...told }))).toEqual(['t', lifetime]);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['a sentence', 'You are not logged in.\n'],
    ['two lines', 'token\nanother\n'],
    ['half an object', '{"access_token":"t"'],
    ['an object without a token', '{"error":"expired"}'],
    ['a token that would begin another header', '{"token":"t\\nX-Other: 1"}'],
    ['a token of another type', '{"token":42}'],
    ['a list', '["t"]'],
  ])('is no token where it is %s', (_what, text) => {
    expect(read(text)).toEqual(['none']);
  });

  it('is refused where the token has ended', () => {
    expect(read('{"token":"t","expiry":"2026-03-01T11:59:59Z"}')).toEqual(['ended']);
  });
});

/** As the Azure CLI writes it: of this machine, without a zone. */
function localTime(at: number): string {
  const shifted = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return `${shifted.toISOString().slice(0, 19).replace('T', ' ')}.000000`;
}
