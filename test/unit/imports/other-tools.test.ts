import { describe, expect, it } from 'vitest';
import { readAwsSso } from '../../../core/imports/aws-sso.ts';
import { readGh, readGlab } from '../../../core/imports/forges.ts';
import { readGcm, readGitCredentialOauth } from '../../../core/imports/git-clients.ts';
import { readOidcAgent } from '../../../core/imports/oidc-agent.ts';
import { readQuilt } from '../../../core/imports/quilt.ts';
import { told } from './told.ts';

const at = (file: string, text: string) => ({ file, text });

describe('quilt3', () => {
  const config = at(
    'config.yml',
    'navigator_url: https://quilt.example/\nregistryUrl: https://registry.quilt.example\n',
  );
  const text =
    '{"https://registry.quilt.example": {"refresh_token": "r1", "access_token": "a1", "expires_at": 1}, "https://other.example": {"refresh_token": "r2"}}';
  const signIns = at('auth.json', text);

  it('has a sign-in for its catalog, and tells of one whose catalog is unknown', () => {
    const { accounts, notes } = readQuilt({ config, signIns, key: undefined });
    expect(accounts.map(told)).toEqual([
      {
        id: 'quilt@quilt.example',
        fields: { service: 'quilt', grant: 'pasted_code', url: 'https://quilt.example' },
        secrets: { code: 'r1' },
        notes: [expect.stringContaining('quilt3 is signed out')],
      },
    ]);
    expect(notes).toEqual([expect.stringMatching(/other\.example: .*which catalog/)]);
    expect(accounts[0]?.takeOut?.without(text)).toBe('{"https://other.example": {"refresh_token": "r2"}}');
    expect(accounts[0]?.takeOut?.without(text.replace('r1', 'r9'))).toBeUndefined();
  });

  it('has a key beside it', () => {
    const key = at('api_key', 'qk_1\n');
    const { accounts } = readQuilt({ config, signIns: undefined, key });
    expect(accounts.map(told)).toMatchObject([{ fields: { grant: 'api_key' }, secrets: { api_key: 'qk_1' } }]);
    expect(accounts[0]?.takeOut?.without('qk_1\n')).toBe('');
    expect(accounts[0]?.takeOut?.without('qk_2\n')).toBeUndefined();
    const alone = readQuilt({ config: undefined, signIns: undefined, key });
    expect(alone).toEqual({ accounts: [], notes: [expect.stringContaining('configured for no catalog')] });
  });
});

describe('the command lines of forges', () => {
  it('print their tokens, so that an account asks them', () => {
    const hosts = `github.com:
    users:
        kim:
    git_protocol: https
    user: kim
ghe.example:
    oauth_token: gho_1
    user: kim
signed-out.example: {}
"bad host\\n": { user: x }
`;
    const { accounts } = readGh(at('hosts.yml', hosts));
    expect(accounts.map(told)).toMatchObject([
      { id: 'github', fields: { command: ['gh', 'auth', 'token', '--hostname', 'github.com'] }, secrets: {} },
      { id: 'github@ghe.example', fields: { grant: 'command', url: 'https://ghe.example' }, secrets: {} },
    ]);
    expect(JSON.stringify(accounts)).not.toContain('gho_1');
    expect(accounts[0]?.fields).not.toHaveProperty('url');
  });

  it('glab lists its hosts below one key', () => {
    const { accounts } = readGlab(
      at(
        'config.yml',
        'host: gitlab.com\nhosts:\n  gitlab.com:\n    token: glpat-1\n  lab.example:\n    api_protocol: https\n',
      ),
    );
    expect(accounts.map(told)).toMatchObject([
      {
        id: 'gitlab',
        fields: { service: 'gitlab', command: ['glab', 'config', 'get', 'token', '--host', 'gitlab.com'] },
      },
    ]);
  });

  it('have files that can be broken, and are not repeated then', () => {
    expect(() => readGh(at('hosts.yml', 'a: [gho_1'))).toThrow(/^hosts.yml is not a YAML mapping; fix it first$/);
    expect(readGh(at('hosts.yml', '')).accounts).toEqual([]);
  });
});

describe('IAM Identity Center', () => {
  it('is told of: its sign-in is AWS’s own', () => {
    const config = `[default]
region = eu-west-1
[profile dev]
sso_session = corp
sso_account_id = 123456789012
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
`;
    const { accounts, notes } = readAwsSso(at('config', config), 2);
    expect(accounts).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(/profile dev: .*aws_credentials: \{ profile: dev \}/),
      expect.stringMatching(/session corp: .*aws sso login --sso-session corp/),
      expect.stringContaining('stay in its cache'),
    ]);
    expect(readAwsSso(undefined, 0)).toEqual({ accounts: [], notes: [] });
  });
});

describe('oidc-agent', () => {
  it('hands out tokens itself, for each of its accounts', () => {
    const text = JSON.stringify([
      { issuer: 'https://login.egi.example/', default_account: 'egi', accounts: ['egi', '-x', 'a b'] },
      { issuer: 'https://none.example' },
    ]);
    const { accounts, notes } = readOidcAgent(at('issuer.config', text));
    expect(accounts.map(told)).toMatchObject([
      { id: 'oidc-agent@egi', fields: { service: 'oauth', command: ['oidc-token', '--time=375', 'egi'] }, secrets: {} },
    ]);
    expect(notes).toHaveLength(2);
    expect(readOidcAgent(at('issuer.config', 'https://old.example/ egi\n')).accounts).toEqual([]);
  });
});

describe('git’s configuration', () => {
  const text = `[credential]
	helper = oauth
	credentialStore = plaintext
[credential "https://gitlab.lab.example"]
	gitLabDevClientId = 4f0c
	gitLabDevClientSecret = gloas-1
	provider = gitlab
[credential "https://git.lab.example/team"]
	oauthClientId = robot
	oauthScopes = read write
	oauthAuthURL = /oauth/authorize
	oauthTokenURL = https://login.lab.example/token
[credential "https://u:hunter2@git.other.example"]
	oauthClientId = x
`;

  it('has the clients of git-credential-oauth', () => {
    const { accounts, notes } = readGitCredentialOauth([at('.gitconfig', text)]);
    expect(accounts.map(told)).toEqual([
      {
        id: 'oauth@git.lab.example',
        fields: {
          ...{ service: 'oauth', client_id: 'robot', git: ['git.lab.example/team/*'], scopes: ['read', 'write'] },
          authorization_endpoint: 'https://git.lab.example/oauth/authorize',
          token_endpoint: 'https://login.lab.example/token',
        },
        secrets: {},
        notes: [],
      },
    ]);
    expect(notes).toEqual([
      expect.stringContaining('keeps no tokens'),
      expect.stringContaining('user name or password'),
    ]);
    expect(notes.join()).not.toContain('hunter2');
  });

  it('has those of Git Credential Manager, and says that its plaintext store is left', () => {
    const { accounts, notes } = readGcm([at('.gitconfig', text)]);
    expect(accounts.map(told)).toMatchObject([
      {
        id: 'gitlab@gitlab.lab.example',
        fields: {
          service: 'gitlab',
          client_id: '4f0c',
          url: 'https://gitlab.lab.example',
          git: ['gitlab.lab.example'],
        },
        notes: [expect.stringContaining('keytray accounts set-secret')],
      },
      { id: 'oauth@git.lab.example' },
    ]);
    expect(JSON.stringify([accounts, notes])).not.toContain('gloas-1');
    expect(notes.join()).toContain('~/.gcm/store');
  });
});
