import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { CliSandbox } from '../../support/cli-process.ts';

interface Written {
  readonly status: number | null;
  readonly stderr: string;
  readonly text: string;
}

/** What `accounts add` writes where the home has these files. */
async function add(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Written> {
  await using sandbox = await CliSandbox.create({ config: 'accounts: {}\n' });
  for (const [name, text] of Object.entries(files)) {
    const file = join(sandbox.home, name);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text);
  }
  const known = { XDG_CONFIG_HOME: join(sandbox.home, 'config'), HOME: sandbox.home, ...env };
  const { status, stderr } = await sandbox.run(['accounts', 'add', ...args], { env: known });
  return { status, stderr, text: await readFile(sandbox.configFile, 'utf8') };
}

/** The one account of a configuration, as it was understood. */
function accountOf(text: string) {
  const read = interpretConfig([{ file: 'config.yaml', text }]);
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.errors));
  const [account] = read.config.accounts.values();
  if (account === undefined) throw new Error(text);
  const { id, service, grant, command, url, present } = account;
  return { id, service, grant, command, ...(url !== undefined && { url }), ...(present !== undefined && { present }) };
}

const ghHosts = (...hosts: readonly string[]) => ({
  'config/gh/hosts.yml': hosts.map((host) => `${host}:\n    user: kim\n    git_protocol: https\n`).join(''),
});

describe('keytray accounts add --from', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, object]>([
    [
      'gh, for github.com',
      ['github', '--from', 'gh'],
      ghHosts('github.com', 'ghe.example'),
      { id: 'github', service: 'github', command: ['gh', 'auth', 'token', '--hostname', 'github.com'] },
    ],
    [
      'gh, for the one host it knows',
      ['github@work', '--from', 'gh'],
      ghHosts('ghe.example'),
      { id: 'github@work', command: ['gh', 'auth', 'token', '--hostname', 'ghe.example'], url: 'https://ghe.example' },
    ],
    [
      'glab, for an own instance',
      ['gitlab', '--from', 'glab', '--url', 'https://gitlab.lab.example'],
      { 'config/glab-cli/config.yml': 'hosts:\n  gitlab.com: {}\n  gitlab.lab.example: {}\n' },
      {
        service: 'gitlab',
        command: ['glab', 'config', 'get', 'token', '--host', 'gitlab.lab.example'],
        url: 'https://gitlab.lab.example',
      },
    ],
    ['gcloud', ['google', '--from', 'gcloud'], {}, { command: ['gcloud', 'auth', 'print-access-token'] }],
    [
      'az',
      ['azure-devops', '--from', 'az'],
      {},
      { service: 'azure-devops', command: expect.arrayContaining(['get-access-token', '--resource']) },
    ],
    [
      'databricks, by its only profile',
      ['databricks', '--from', 'databricks'],
      { '.databrickscfg': '[DEFAULT]\nhost = https://dbc-1.cloud.databricks.com/\nauth_type = databricks-cli\n' },
      {
        command: ['databricks', 'auth', 'token', '--host', 'https://dbc-1.cloud.databricks.com'],
        url: 'https://dbc-1.cloud.databricks.com',
      },
    ],
    [
      'vault, which is no service of ours',
      ['vault', '--from', 'vault'],
      {},
      {
        id: 'vault',
        service: 'oauth',
        command: ['vault', 'print', 'token'],
        present: { kind: 'header', name: 'X-Vault-Token' },
      },
    ],
  ])('%s', async (_what, args, files, expected) => {
    const { status, stderr, text } = await add(args, files);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(accountOf(text)).toMatchObject({ grant: 'command', ...expected });
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['another service', ['gitlab', '--from', 'gh'], {}, /gh has no token for gitlab/],
    [
      'a host it does not know',
      ['github', '--from', 'gh', '--url', 'https://other.example'],
      ghHosts('github.com'),
      /not signed in to other\.example/,
    ],
    [
      'several hosts',
      ['databricks', '--from', 'databricks'],
      { '.databrickscfg': '[a]\nhost = https://a.example\n[b]\nhost = b.example\n' },
      /Choose one: --url https:\/\/a\.example, https:\/\/b\.example/,
    ],
    ['no host at all', ['databricks', '--from', 'databricks'], {}, /not signed in anywhere/],
    [
      'a file that cannot be read as one',
      ['github', '--from', 'gh', '--url', 'gh'],
      { 'config/gh/hosts.yml': '\t- {' },
      /not a URL/,
    ],
  ])('refuses %s, and writes nothing', async (_what, args, files, words) => {
    const { status, stderr, text } = await add(args, files);
    expect(status).toBe(2);
    expect(stderr).toMatch(words);
    expect(text).toBe('accounts: {}\n');
  });
});

describe('keytray accounts add', () => {
  it('writes the grant, where the service is and whom its tokens are for', async () => {
    const args = [
      'oauth',
      '--id',
      'robot',
      '--grant',
      'client_credentials',
      '--client-id',
      'r2',
      '--audience',
      'athena',
    ];
    const { status, stderr, text } = await add([
      ...args,
      '--token-endpoint',
      'https://id.example/token',
      '--url',
      'https://api.example',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const read = interpretConfig([{ file: 'config.yaml', text }]);
    expect(read.kind === 'ok' && read.config.accounts.get('robot')).toMatchObject({
      grant: 'client_credentials',
      clientId: 'r2',
      audience: 'athena',
      url: 'https://api.example',
    });
  });

  it('refuses a grant that there is not, or that the service does not offer', async () => {
    expect(await add(['github', '--grant', 'magic'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('magic'),
    });
    const refused = await add(['github', '--grant', 'client_credentials', '--client-id', 'x']);
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('github does not offer client_credentials'),
    });
    expect(refused.text).toBe('accounts: {}\n');
  });

  it('asks for no client where the grant has none', async () => {
    const { status, text } = await add(['github', '--grant', 'command']);
    expect(status).toBe(2);
    expect(text).toBe('accounts: {}\n');
  });
});
