import { describe, expect, it } from 'vitest';
import { listServices } from '../../../electron/api/services.ts';
import { contract } from '../../../ipc/contract.ts';
import type { ServiceView } from '../../../ipc/views.ts';
import { type Draft, emptyDraft, problemsOf, requestOf, suggestName } from '../../../renderer/add-account/draft.ts';
import { groupServices } from '../../../renderer/add-account/groups.ts';
import { tryCommand } from '../../../renderer/add-account/try-command.ts';
import { parseHosts } from '../../../renderer/details/hosts.ts';

const services = listServices();

function service(name: string): ServiceView {
  const found = services.find((known) => known.name === name);
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

const nobody: ReadonlySet<string> = new Set();

describe('adding an account', () => {
  it('shows every service in one group, and the servers by hand whatever is searched for', () => {
    const all = groupServices(services, '').flatMap((group) => group.services.map(({ name }) => name));
    expect(all.sort()).toEqual(services.map(({ name }) => name).sort());
    const found = groupServices(services, 'gitl').flatMap((group) => group.services.map(({ name }) => name));
    expect(found).toEqual(['gitlab', 'oidc', 'oauth']);
  });

  it('suggests a name that is free', () => {
    expect(suggestName(service('gitlab'), nobody)).toBe('gitlab');
    expect(suggestName(service('gitlab'), new Set(['gitlab', 'gitlab@2']))).toBe('gitlab@3');
    expect(suggestName(service('oidc'), nobody)).toBe('');
  });

  it('asks only what the service needs', () => {
    const asked = (name: string) => Object.keys(problemsOf(service(name), emptyDraft, nobody)).sort();
    expect(asked('gitlab')).toEqual(['clientId', 'name']);
    expect(asked('github')).toEqual(['clientId', 'clientSecret', 'name']);
    expect(asked('oidc')).toEqual(['clientId', 'issuer', 'name']);
    expect(asked('oauth')).toEqual(['authorizationEndpoint', 'clientId', 'name', 'tokenEndpoint']);
    for (const name of ['dataiku', 'dataiku-apinode', 'quilt', 'databricks'])
      expect(asked(name)).toEqual(['name', 'url']);
    expect(asked('auth0-m2m')).toEqual(['clientId', 'name', 'url']);
    expect(asked('athena')).toEqual(['clientId', 'name']);
    expect(asked('datadog')).toEqual(['awsProfile', 'name', 'settings']);
  });

  it.each([
    ['databricks', 'client_credentials', ['clientId', 'name', 'url']],
    ['athena', 'api_key', ['name']],
    ['datadog', 'api_key', ['name']],
    ['oauth', 'client_credentials', ['clientId', 'name', 'tokenEndpoint']],
    ['gitlab', 'api_key', ['name']],
    ['quilt', 'authorization_code', ['issuer', 'name', 'url']],
  ] as const)('asks of %s by %s what that needs', (name, grant, asked) => {
    expect(Object.keys(problemsOf(service(name), { ...emptyDraft, grant }, nobody)).sort()).toEqual(asked);
  });

  it('offers the default of each service first', () => {
    const offered = (name: string) => service(name).grants.map(({ kind }) => kind);
    expect(offered('quilt')).toEqual(['pasted_code', 'api_key', 'authorization_code']);
    expect(offered('datadog')).toEqual(['aws_identity', 'api_key']);
    expect(offered('athena')).toEqual(['client_credentials', 'api_key']);
  });

  it('says what is wrong with what was typed', () => {
    const problems = (draft: Partial<Draft>) =>
      problemsOf(
        service('oidc'),
        { ...emptyDraft, name: 'lab', issuer: 'https://a.example', clientId: 'x', ...draft },
        new Set(['taken']),
      );
    expect(problems({})).toEqual({});
    expect(problems({ name: 'Lab' })).toHaveProperty('name');
    expect(problems({ name: 'taken' })).toHaveProperty('name');
    expect(problems({ name: 'a'.repeat(65) })).toHaveProperty('name');
    expect(problems({ issuer: 'a.example' })).toHaveProperty('issuer');
    expect(problems({ issuer: 'ftp://a.example' })).toHaveProperty('issuer');
    expect(problems({ clientId: '  ' })).toHaveProperty('clientId');
  });

  it('sends what was filled in, in a form the contract takes, and nothing else', () => {
    const bare = requestOf(service('gitlab'), { ...emptyDraft, name: 'gitlab@work', clientId: ' 4f0c ' });
    expect(bare).toEqual({ account: 'gitlab@work', service: 'gitlab', clientId: '4f0c' });
    const full = requestOf(service('oidc'), {
      ...emptyDraft,
      name: 'lab',
      issuer: 'https://login.lab.example',
      clientId: 'keytray',
      scopes: 'openid, offline_access',
      environment: 'prod',
      gitHosts: 'git.lab.example',
      store: 'memory',
    });
    expect(full).toMatchObject({
      scopes: ['openid', 'offline_access'],
      store: 'memory',
      serves: { git: ['git.lab.example'] },
    });
    const mapped = requestOf(service('datadog'), {
      ...emptyDraft,
      name: 'datadog',
      awsProfile: ' ops ',
      settings: { org_uuid: '4f0c', region: ' ' },
      clientId: 'of another grant',
    });
    expect(mapped).toEqual({
      account: 'datadog',
      service: 'datadog',
      awsCredentials: { kind: 'profile', profile: 'ops' },
      settings: { org_uuid: '4f0c' },
    });
    const keyed = requestOf(service('databricks'), {
      ...emptyDraft,
      name: 'lake',
      grant: 'api_key',
      url: ' https://dbc-1.example.com ',
    });
    expect(keyed).toEqual({
      account: 'lake',
      service: 'databricks',
      grant: 'api_key',
      url: 'https://dbc-1.example.com',
    });
    for (const request of [bare, full, mapped, keyed])
      expect(contract.addAccount.request.safeParse(request).success).toBe(true);
  });

  it('reads hosts as people paste them', () => {
    expect(parseHosts('https://git.acme.example/\n gitlab.com/acme/* , gitlab.com/acme/*')).toEqual([
      'git.acme.example',
      'gitlab.com/acme/*',
    ]);
    expect(parseHosts(' \n ')).toEqual([]);
  });

  it('gives a command to try that fits the hosts', () => {
    const text = (hosts: readonly string[]) => tryCommand({ account: 'lab', serves: { git: [...hosts] } }).text;
    expect(text(['gitlab.com'])).toBe('git clone https://gitlab.com/OWNER/PROJECT');
    expect(text(['gitlab.com/acme/*'])).toBe('git clone https://gitlab.com/acme/PROJECT');
    expect(text(['127.0.0.1:8080'])).toBe('git clone http://127.0.0.1:8080/OWNER/PROJECT');
    expect(tryCommand({ account: 'lab', serves: {} })).toEqual({ text: 'keytray token lab', needsSetup: false });
  });
});
