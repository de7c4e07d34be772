import { describe, expect, it } from 'vitest';
import { curl, mail, maven, postgres } from '../../../../core/setup/engine/by-hand.ts';
import { credentialsOf, google } from '../../../../core/setup/google/google.ts';
import { contextFor, home, planOf, serving } from '../setup-context.ts';

const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x';

describe('tools without a place for a helper', () => {
  const accounts = [
    serving('lab', {
      postgres: ['db.example:5433'],
      curl: ['api.example/v1'],
      mail: ['imap.example:993', 'smtp.example:587'],
    }),
  ];
  const linesOf = (tool: typeof curl, more = {}) => planOf(tool, { accounts, ...more }).lines.join('\n');

  it('are given the line to use, with the whole path where our folder is not on PATH', () => {
    expect(linesOf(postgres)).toContain('  /opt/keytray/bin/psql-keytray -h db.example -p 5433 …');
    expect(linesOf(maven)).toContain('  /opt/keytray/bin/mvn-keytray verify');
    expect(linesOf(curl)).toContain(
      '/opt/keytray/bin/keytray helper curl config https://api.example/v1/ | curl -K - https://api.example/v1/',
    );
    const onPath = { 'psql-keytray': '/opt/keytray/bin/psql-keytray' };
    expect(linesOf(postgres, { onPath })).toContain('  psql-keytray -h');
    expect(linesOf(postgres, { bin: "/opt/a b's" })).toContain(`  '/opt/a b'\\''s/psql-keytray' -h`);
  });

  it('can be pasted into a shell, whatever a list holds', () => {
    const odd = [serving('lab', { curl: ['x.example/$(id)/*'], mail: ['x.example/`id`'], postgres: ['[::1]:5433'] })];
    const url = "'https://x.example/$(id)/'";
    expect(linesOf(curl, { accounts: odd })).toContain(`curl config ${url} | curl -K - ${url}`);
    expect(linesOf(mail, { accounts: odd })).toContain("--account=lab '--host=x.example/`id`'\n");
    expect(linesOf(postgres, { accounts: odd })).toContain('psql-keytray -h ::1 -p 5433 …');
  });

  it('mail: one pair of lines per server, each for its own protocol', () => {
    const lines = linesOf(mail);
    const command = '/opt/keytray/bin/keytray helper mail get --account=lab --host=';
    expect(lines).toContain(`  passwordeval ${command}smtp.example:587\n`);
    expect(lines).toContain(`  set imap_oauth_refresh_command='${command}imap.example:993'`);
    expect(lines).toContain(`  set smtp_oauth_refresh_command='${command}smtp.example:587'`);
  });

  it('write nothing', () => {
    for (const tool of [postgres, curl, maven, mail]) {
      expect(tool.plan(contextFor({ accounts })).files).toEqual([]);
      expect(tool.clean('x', undefined, '/f')).toBe('x');
    }
  });
});

describe('setup google', () => {
  const accounts = [serving('lab', { google: [audience, `${audience}2`] })];
  const plan = (text?: string, more = {}) => planOf(google, { accounts, ...more }, text);

  it('makes one file per audience, named in the lines to export', () => {
    expect(credentialsOf(accounts).map(({ name }) => name)).toEqual(['lab.json', 'lab-2.json']);
    const { path, after, lines } = plan();
    expect(path).toBe(`${home}/.config/keytray/google/lab.json`);
    expect(JSON.parse(after ?? '')).toEqual({
      type: 'external_account',
      audience,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      token_url: 'https://sts.googleapis.com/v1/token',
      credential_source: {
        executable: { command: '/opt/keytray/bin/keytray helper google get --account=lab', timeout_millis: 30_000 },
      },
    });
    expect(lines).toContain('  export GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1');
    expect(lines).toContain(`  export GOOGLE_APPLICATION_CREDENTIALS=${home}/.config/keytray/google/lab-2.json`);
  });

  it('keeps what a person adds or points elsewhere', () => {
    const text =
      '{ "token_url": "https://sts.example/v1", "service_account_impersonation_url": "u", "audience": "old" }';
    expect(JSON.parse(plan(text).after ?? '')).toMatchObject({
      token_url: 'https://sts.example/v1',
      service_account_impersonation_url: 'u',
      audience,
    });
    const cleaned = google.clean(plan(text).after ?? '', { before: undefined }, '/f');
    expect(JSON.parse(cleaned ?? '')).not.toHaveProperty('credential_source');
    expect(JSON.parse(cleaned ?? '')).toHaveProperty('service_account_impersonation_url');
  });

  it('refuses a folder with a blank, which Google would split, and names another file in the environment', () => {
    expect(() => plan('', { bin: '/opt/a b' })).toThrow(/Google cannot call/);
    expect(plan('', { env: { GOOGLE_APPLICATION_CREDENTIALS: '/other' } }).warnings).toHaveLength(1);
  });
});
