import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { type ToolFamily, toolFamilies } from '../../../core/services/shapes.ts';
import { startBrokerSocket } from '../../support/broker-socket.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { accountView, FakeBroker } from '../../support/fake-broker.ts';

function valueFor(family: ToolFamily, role: string): string {
  if (family === 'aws') return role;
  return family === 'google'
    ? '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/lab'
    : `${family}.lab.example`;
}

const config = `# my accounts
accounts:
  lab: # keep this
    service: oidc
    issuer: https://login.lab.example
    client_id: keytray
    git: [git.lab.example]
`;

describe('keytray accounts add', () => {
  it('writes the account and says where to register which redirect URI', async () => {
    await using sandbox = await CliSandbox.create({ config });
    const args = ['--client-id', 'abc', '--scopes', 'openid read_repository', '--git', 'gitlab.com/acme/*'];
    const result = await sandbox.run(['accounts', 'add', 'gitlab@work', ...args]);
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    // The person who has a client knows where it is registered.
    expect(result.stdout).not.toContain('user_settings');
    expect(result.stdout).toContain(
      'Redirect URI, as the client must be registered: http://127.0.0.1/callback/gitlab.com-',
    );
    expect(await readFile(sandbox.configFile, 'utf8')).toMatch(/path: \/callback\/gitlab\.com-[0-9a-f]{8}$/m);
    expect(result.stdout).toContain('keytray login gitlab@work\n');
    expect(await readFile(sandbox.configFile, 'utf8')).toContain('# keep this');
    const listed = JSON.parse((await sandbox.run(['accounts', 'list', '--json'])).stdout);
    expect(listed).toEqual([
      expect.objectContaining({ account: 'lab' }),
      expect.objectContaining({
        account: 'gitlab@work',
        service: 'gitlab',
        client_id: 'abc',
        scopes: ['openid', 'read_repository'],
        serves: { git: ['gitlab.com/acme/*'] },
      }),
    ]);
  });

  it('without a client says how to get one, and writes nothing', async () => {
    await using sandbox = await CliSandbox.create({ config });
    const result = await sandbox.run(['accounts', 'add', 'github']);
    expect(result.status).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain('https://github.com/settings/developers');
    expect(result.stderr).toMatch(/^Redirect URI: http:..127\.0\.0\.1.callback.github\.com-[0-9a-f]{8}$/m);
    expect(result.stderr).toMatch(/keytray: GitHub needs a client_id\n {2}.*--client-id/);
    expect(await readFile(sandbox.configFile, 'utf8')).toBe(config);
  });

  it('sends to the page of the own instance, with the real address in the step', async () => {
    await using sandbox = await CliSandbox.create({ config });
    const { stderr } = await sandbox.run([
      'accounts',
      'add',
      'gitlab@work',
      '--issuer',
      'https://git.acme.example/lab/',
    ]);
    expect(stderr).toContain('at https://git.acme.example/lab/-/user_settings/applications\n');
    expect(stderr).not.toContain('https://gitlab.com');
    expect(stderr).toMatch(/^ {2}2\. Redirect URI: http:\/\/127\.0\.0\.1\/callback\/git\.acme\.example-[0-9a-f]{8} /m);
  });

  it('asks to register nothing where the instance brings the client', async () => {
    await using sandbox = await CliSandbox.create({ config });
    const client = ['--client-id', 'a4792ccc-144e-407e-86c9-5e7d8d9c3269'];
    const args = ['accounts', 'add', 'gitea@home', '--issuer', 'https://gitea.example', ...client];
    expect((await sandbox.run(args)).stdout).toBe(
      `Added gitea@home to ${sandbox.configFile}.\nThen: keytray login gitea@home\n`,
    );
  });

  it('takes any server under any name', async () => {
    await using sandbox = await CliSandbox.create();
    const args = ['oidc', '--id', 'home', '--issuer', 'https://login.example', '--client-id', 'x'];
    expect((await sandbox.run(['accounts', 'add', ...args])).status).toBe(0);
    expect((await sandbox.run(['accounts', 'list'])).stdout).toMatch(/^home +oidc /m);
  });

  it('takes what the account serves for every tool, and where its tokens are', async () => {
    await using sandbox = await CliSandbox.create();
    const role = 'arn:aws:iam::123456789012:role/Developer';
    const args = ['oidc', '--id', 'home', '--issuer', 'https://login.example', '--client-id', 'x', '--store', 'memory'];
    const hosts = toolFamilies.flatMap((family) => [`--${family}`, valueFor(family, role)]);
    expect(await sandbox.run(['accounts', 'add', ...args, ...hosts])).toMatchObject({ status: 0, stderr: '' });
    const shown = JSON.parse((await sandbox.run(['accounts', 'show', 'home', '--json'])).stdout);
    expect(shown.store).toBe('memory');
    expect(Object.keys(shown.serves).sort()).toEqual([...toolFamilies].sort());
    expect(shown.serves.aws).toEqual([role]);
  });

  it.each([
    [['--git', 'https://git.example'], 'git[0]: a host is written without a scheme; write git.example'],
    [['--docker', 'ada@r.example'], 'docker[0]: a host has no user name; remove everything up to the @'],
    [['--issuer', 'http://login.example'], 'issuer: http is accepted for loopback hosts only; write https://'],
    [
      ['--id', 'A B'],
      'A B: not an account id; use a-z, 0-9, . _ - and at most one @, up to 64 characters, as gitlab@work',
    ],
  ])('says what is wrong with %j, and no line of a file that has none', async (wrong, what) => {
    await using sandbox = await CliSandbox.create({ config });
    const args = ['oidc', '--id', 'home', '--issuer', 'https://login.example', '--client-id', 'x', ...wrong];
    const { status, stderr } = await sandbox.run(['accounts', 'add', ...args]);
    expect(stderr).toBe(`keytray: ${what}\n  Nothing was written. See: keytray accounts add --help\n`);
    expect(status).toBe(2);
    expect(await readFile(sandbox.configFile, 'utf8')).toBe(config);
  });

  it('refuses an account that is there already', async () => {
    await using sandbox = await CliSandbox.create({ config });
    const args = ['oidc', '--id', 'lab', '--issuer', 'https://login.example', '--client-id', 'x'];
    const result = await sandbox.run(['accounts', 'add', ...args]);
    expect(result.status).toBe(2);
    expect(await readFile(sandbox.configFile, 'utf8')).toBe(config);
  });

  it('says which folder cannot be written where the configuration has no place', async () => {
    await using sandbox = await CliSandbox.create();
    const args = ['accounts', 'add', 'github', '--client-id', 'x'];
    // Nobody makes a folder there, root neither.
    const result = await sandbox.run(args, { env: { KEYTRAY_CONFIG: '/proc/sys/kernel/keytray/config.yaml' } });
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/^keytray: \/proc\/sys\/kernel\/keytray cannot be written \(E[A-Z]+\)\n {2}.+\n$/);
  });
});

describe('keytray accounts', () => {
  it('lists them, also without a subcommand', async () => {
    await using sandbox = await CliSandbox.create({ config });
    const { stdout } = await sandbox.run(['accounts']);
    expect(stdout).toMatch(
      /^ACCOUNT +SERVICE +SERVES +CONFIGURED IN\nlab +oidc +git: git\.lab\.example +config\.yaml:3\n$/,
    );
  });

  it('shows one, with and without a running Keytray', async () => {
    await using alone = await CliSandbox.create({ config });
    const { stdout } = await alone.run(['accounts', 'show', 'lab']);
    expect(stdout).toMatch(/^Redirect URI: +http:\/\/127\.0\.0\.1\/callback$/m);
    expect(stdout).toMatch(/^State: +not known, Keytray is not running$/m);
    await using socket = await startBrokerSocket(new FakeBroker([{ ...accountView('lab'), client_auth: 'none' }]));
    await using sandbox = await CliSandbox.create({ config, socketPath: socket.socketPath });
    const shownText = (await sandbox.run(['accounts', 'show', 'lab'])).stdout;
    expect(shownText).toMatch(/^State: +active$/m);
    expect(shownText).toMatch(/^Client authentication: +none \(public client\)$/m);
    const shown = JSON.parse((await sandbox.run(['accounts', 'show', 'lab', '--json'])).stdout);
    expect(shown).toMatchObject({
      account: 'lab',
      issuer: 'https://login.lab.example',
      redirect_uri: 'http://127.0.0.1/callback',
      live: { state: 'active' },
    });
  });

  it('signs out of one, removes it with its client secret and keeps the rest of the file', async () => {
    const broker = new FakeBroker([accountView('lab')]);
    await using socket = await startBrokerSocket(broker);
    await using sandbox = await CliSandbox.create({ config, socketPath: socket.socketPath });
    expect((await sandbox.run(['accounts', 'remove', 'nobody'])).status).toBe(8);
    expect(broker.called('logout')).toEqual([]);
    expect(await sandbox.run(['accounts', 'remove', 'lab'])).toMatchObject({
      status: 0,
      stdout: `Removed lab from ${sandbox.configFile}. Signed out. The server has revoked the tokens.\n`,
    });
    expect(broker.called('logout')[0]?.arguments).toEqual(['lab', { revoke: true }]);
    expect(broker.called('removeClientSecret')[0]?.arguments).toEqual(['lab']);
    const text = await readFile(sandbox.configFile, 'utf8');
    expect(text).toContain('# my accounts');
    expect(text).not.toContain('issuer');
  });
});

describe('keytray accounts remove, where the sign-in cannot be ended', () => {
  it('removes nothing without a running Keytray, unless the sign-in may stay', async () => {
    await using sandbox = await CliSandbox.create({ config });
    const refused = await sandbox.run(['accounts', 'remove', 'lab']);
    expect(refused).toMatchObject({ status: 3, stdout: '' });
    expect(refused.stderr).toMatch(/^keytray: lab was not removed, .*Keytray is not running\n {2}.*--keep-sign-in\n$/);
    expect(await readFile(sandbox.configFile, 'utf8')).toBe(config);
    const kept = await sandbox.run(['accounts', 'remove', 'lab', '--keep-sign-in']);
    expect(kept).toMatchObject({ status: 0, stdout: expect.stringContaining('The sign-in was kept') });
    expect(await readFile(sandbox.configFile, 'utf8')).not.toContain('issuer');
  });

  it('removes nothing while the keychain is locked', async () => {
    const broker = new FakeBroker([accountView('lab')]);
    broker.failures.set('logout', new KeytrayError('keychain_locked', 'the keychain is locked', { account: 'lab' }));
    await using socket = await startBrokerSocket(broker);
    await using sandbox = await CliSandbox.create({ config, socketPath: socket.socketPath });
    const { status, stderr } = await sandbox.run(['accounts', 'remove', 'lab']);
    expect(status).toBe(7);
    expect(stderr).toContain('--keep-sign-in');
    expect(await readFile(sandbox.configFile, 'utf8')).toBe(config);
    expect(broker.called('removeClientSecret')).toEqual([]);
  });
});

describe('keytray accounts set-secret', () => {
  async function set(stdin: string, ...args: string[]) {
    const broker = new FakeBroker([accountView('lab')]);
    await using socket = await startBrokerSocket(broker);
    await using sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
    const result = await sandbox.run(['accounts', 'set-secret', 'lab', ...args], { stdin });
    return { result, stored: broker.clientSecrets.get('lab')?.reveal() };
  }

  it('takes it from standard input, less the line end', async () => {
    const { result, stored } = await set('s3cret with blanks \n');
    expect(result).toEqual({ status: 0, signal: null, stdout: 'Stored the client secret of lab.\n', stderr: '' });
    expect(stored).toBe('s3cret with blanks ');
  });

  it.each([[''], ['\n'], ['two\nlines\n'], ['x'.repeat(5000)]])('refuses %.20j without repeating it', async (stdin) => {
    const { result, stored } = await set(stdin);
    expect(result.status).toBe(2);
    expect(stored).toBeUndefined();
    expect(result.stderr).not.toContain('lines');
  });

  it('warns where the client may be a public one', async () => {
    const broker = new FakeBroker([accountView('lab', { client_secret: 'none' })]);
    await using socket = await startBrokerSocket(broker);
    await using sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
    const { status, stderr } = await sandbox.run(['accounts', 'set-secret', 'lab'], { stdin: 's3cret\n' });
    expect(status).toBe(0);
    expect(stderr).toBe('If this client is public, servers refuse it now: keytray accounts set-secret lab --remove\n');
  });

  it('removes it', async () => {
    const broker = new FakeBroker([accountView('lab', { client_secret: 'stored' })]);
    await using socket = await startBrokerSocket(broker);
    await using sandbox = await CliSandbox.create({ socketPath: socket.socketPath, config });
    expect((await sandbox.run(['accounts', 'show', 'lab'])).stdout).toMatch(/^Client secret: +stored$/m);
    const removed = await sandbox.run(['accounts', 'set-secret', 'lab', '--remove']);
    expect(removed).toMatchObject({ status: 0, stdout: 'Removed the client secret of lab.\n', stderr: '' });
    expect(broker.called('removeClientSecret')).toHaveLength(1);
    broker.views.set('lab', accountView('lab', { client_secret: 'none' }));
    const again = await sandbox.run(['accounts', 'set-secret', 'lab', '--remove']);
    expect(again).toMatchObject({ status: 0, stdout: 'No client secret is stored for lab.\n' });
  });

  it('refuses it on the command line', async () => {
    for (const args of [['s3cret'], ['--secret=s3cret'], ['--secret', 's3cret']]) {
      const { result, stored } = await set('', ...args);
      expect(result.status).toBe(2);
      expect(stored).toBeUndefined();
      expect(result.stderr).not.toContain('s3cret');
    }
  });
});

describe('keytray services', () => {
  it('lists what Keytray knows', async () => {
    await using sandbox = await CliSandbox.create();
    const { stdout } = await sandbox.run(['services']);
    expect(stdout).toMatch(/^github +GitHub +/m);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const listed = JSON.parse((await sandbox.run(['services', 'list', '--json'])).stdout);
    expect(listed).toContainEqual(
      expect.objectContaining({ service: 'oidc', redirect_uri: 'http://127.0.0.1/callback' }),
    );
  });

  it('shows where to register a client', async () => {
    await using sandbox = await CliSandbox.create();
    const { stdout } = await sandbox.run(['services', 'show', 'github']);
    expect(stdout).toContain('https://github.com/settings/developers');
    const shown = JSON.parse((await sandbox.run(['services', 'show', 'github', '--json'])).stdout);
    expect(shown).toMatchObject({ service: 'github', title: 'GitHub' });
  });
});
