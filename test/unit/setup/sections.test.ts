import { describe, expect, it } from 'vitest';
import { aws, profilesOf } from '../../../core/setup/aws/aws.ts';
import { cargo, registriesIn } from '../../../core/setup/cargo/cargo.ts';
import { iniSections, withIniValue, withoutIniEntry } from '../../../core/setup/engine/ini-text.ts';
import { pip } from '../../../core/setup/pip/pip.ts';
import { home, planOf, serving } from './setup-context.ts';

const sectionS = (text: string) => iniSections(text).find(({ name }) => name === 's');

describe('a section', () => {
  it.each([
    ['', '[s]\nk = v\n'],
    ['[a]\nx = y', '[a]\nx = y\n\n[s]\nk = v\n'],
    ['[s]\n\n[a]\n', '[s]\nk = v\n\n[a]\n'],
    ['[s] # mine\nx = y\n', '[s] # mine\nx = y\nk = v\n'],
    ['[s]\nk=old\nx = y\n', '[s]\nk = v\nx = y\n'],
    ['[s]\nk =\n  a\n  b\nx = y\n', '[s]\nk = v\nx = y\n'],
    ['[s]\r\nx = y\r\n', '[s]\r\nx = y\r\nk = v\r\n'],
    ['[[s]]\nk = other\n', '[[s]]\nk = other\n\n[s]\nk = v\n'],
    ['# [s]\n', '# [s]\n\n[s]\nk = v\n'],
  ])('in %j gets its value', (before, after) => {
    expect(withIniValue(before, sectionS(before), 's', 'k', 'v')).toBe(after);
    expect(sectionS(after)?.entries.find(({ key }) => key === 'k')?.value).toBe('v');
  });

  it.each([
    ['[a]\nx = y\n\n[s]\nk = v\n', true, '[a]\nx = y\n'],
    ['[s]\nk = v\n\n[a]\n', true, '\n[a]\n'],
    ['[s]\nk = v\nx = y\n', true, '[s]\nx = y\n'],
    ['[s]\nk = v\n', false, '[s]\n'],
  ])('in %j loses it (ours: %s)', (before, own, after) => {
    const section = sectionS(before);
    const entry = section?.entries.find(({ key }) => key === 'k');
    expect(section && entry && withoutIniEntry(before, section, entry, own)).toBe(after);
  });
});

describe('setup aws', () => {
  const arn = (number: string, name: string): string => `arn:aws:iam::${number}:role/${name}`;

  it('gives every role a name of its own', () => {
    const [one, two] = ['111111111111', '222222222222'];
    const accounts = [
      serving('lab', { aws: [arn(one, 'deploy'), arn(two, 'path/deploy'), arn(one, 'a+b@c')] }),
      serving('home', { aws: [arn(one, 'deploy')] }),
    ];
    expect(profilesOf(accounts).map(({ name, account }) => `${name} ${account}`)).toEqual([
      `keytray-deploy-${one} lab`,
      `keytray-deploy-${two} lab`,
      'keytray-a-b-c lab',
      `keytray-deploy-${one}-2 home`,
    ]);
  });

  it('gives an account whose service has keys of its own a profile', () => {
    const accounts = [{ ...serving('quilt@acme', {}), catalog: {} }, serving('lab', {})];
    const { after = '' } = planOf(aws, { accounts, bin: '/opt/bin' }, '[default]\nregion = a\n');
    expect(after).toBe(
      '[default]\nregion = a\n\n[profile keytray-quilt-acme]\ncredential_process = /opt/bin/keytray helper aws credential-process --account=quilt@acme\n',
    );
    expect(aws.clean(after, { before: '[default]\nregion = a\n' }, '/f')).toBe('[default]\nregion = a\n');
    expect(profilesOf([...accounts, { ...serving('quilt-acme', {}), catalog: {} }]).map(({ name }) => name)).toEqual([
      'keytray-quilt-acme',
      'keytray-quilt-acme-2',
    ]);
  });

  it('keeps what people add to our profile', () => {
    const accounts = [serving('lab', { aws: [arn('111111111111', 'deploy')] })];
    const { after = '', path } = planOf(aws, { accounts, bin: '/opt/a b' }, '');
    expect(path).toBe(`${home}/.aws/config`);
    expect(after).toContain('credential_process = "/opt/a b/keytray" helper aws get --account=lab');
    const mine = `${after}region = eu-west-1\n`;
    expect(aws.clean(mine, { before: undefined }, '/f')).toBe('[profile keytray-deploy]\nregion = eu-west-1\n');
    expect(aws.clean(after, { before: undefined }, '/f')).toBe(undefined);
    expect(planOf(aws, { accounts }, aws.clean(mine, undefined, '/f')).after?.match(/keytray-deploy\]/g)).toHaveLength(
      1,
    );
  });

  it('refuses a folder that JavaScript would hand to a shell', () => {
    const accounts = [serving('lab', { aws: [arn('111111111111', 'deploy')] })];
    expect(() => planOf(aws, { accounts, bin: '/opt/$(x)' }, '')).toThrow(/aws cannot call/);
  });

  it.each([
    ['[profile keytray-deploy]\ncredential_process: sts\n  --more\nregion = a\n', 'region = a'],
    ['[profile "keytray-deploy"]\nCREDENTIAL_PROCESS=sts\n', '[profile "keytray-deploy"]'],
    ['[profile  keytray-deploy] # mine\ns3 =\n  x = y\n', '  x = y'],
  ])('edits %j as configparser reads it', (text, kept) => {
    const accounts = [serving('lab', { aws: [arn('111111111111', 'deploy')] })];
    const { after = '' } = planOf(aws, { accounts }, text);
    expect(after.match(/credential_process/gi)).toHaveLength(1);
    expect(after.match(/keytray-deploy"?\]/g)).toHaveLength(1);
    expect(after.split('\n')).toContain(kept);
    const cleaned = aws.clean(after, { before: text }, '/f') ?? '';
    expect(planOf(aws, { accounts }, cleaned).after).toBe(after);
  });

  it('leaves a file alone that has our profile twice', () => {
    const accounts = [serving('lab', { aws: [arn('111111111111', 'deploy')] })];
    const twice = '[profile keytray-deploy]\n[profile "keytray-deploy"]\n';
    expect(() => planOf(aws, { accounts }, twice)).toThrow(/config:2: profile keytray-deploy stands there twice/);
  });

  it.each([
    ['[profile keytray-deploy]\nrole_arn = x\n', '', `${home}/.aws/config has role_arn for profile keytray-deploy`],
    [
      '',
      '[keytray-deploy]\naws_access_key_id = hunter2\n',
      `${home}/.aws/credentials has aws_access_key_id for profile`,
    ],
  ])('names what answers before us', (text, credentials, line) => {
    const accounts = [serving('lab', { aws: [arn('111111111111', 'deploy')] })];
    const files = { [`${home}/.aws/credentials`]: credentials };
    const { warnings } = planOf(aws, { accounts, files }, text);
    expect(warnings).toEqual([expect.stringContaining(line)]);
    expect(warnings.join()).not.toContain('hunter2');
  });

  it('names keys in the environment, and what is no role', () => {
    const accounts = [serving('lab', { aws: ['arn:aws:s3:::x'] })];
    const { warnings, after } = planOf(aws, { accounts, env: { AWS_ACCESS_KEY_ID: 'AKIA' } }, '');
    expect(warnings[0]).toMatch(/^AWS_ACCESS_KEY_ID in the environment win/);
    expect(warnings[1]).toMatch(/no ARN of a role/);
    expect(after).toBe('');
  });
});

describe('setup cargo', () => {
  const accounts = [serving('lab', { cargo: ['c.example'] })];
  const text = '[registries.lab]\nindex = "sparse+https://c.example/index/"\ntoken = "x"\n';
  const plan = (given: string | undefined, more = {}) => planOf(cargo, { accounts, ...more }, given);

  it('reads names in quotes, and no other host', () => {
    const odd = `[registries."l.b"]\nindex = 'https://c.example/i'\n[registries.x]\nindex = "https://c.example.evil/"\n[registry]\n`;
    expect(registriesIn(odd).map(({ name, index }) => `${name} ${index}`)).toEqual([
      'l.b https://c.example/i',
      'x https://c.example.evil/',
    ]);
    expect(plan(odd).after?.match(/cargo-credential-keytray/g)).toHaveLength(1);
  });

  it('says what to write where no registry is served', () => {
    expect(plan(undefined)).toMatchObject({ after: undefined, path: `${home}/.cargo/config.toml` });
    expect(plan('').lines.join('\n')).toContain('index = "sparse+https://HOST/…/"');
    expect(plan('').lines.join('\n')).toContain('global-credential-providers = ["cargo:token", "/opt/keytray/bin');
  });

  it('puts back a provider that was there, also one of several lines', () => {
    const before = `${text}credential-provider = [\n  "cargo:token-from-stdout",\n  "x",\n]\n`;
    const { after = '', warnings } = plan(before);
    expect(warnings).toEqual([expect.stringContaining('credential-provider of its own')]);
    expect(cargo.clean(after, { before }, '/f')).toBe(before);
  });

  it('names a stored token and a variable', () => {
    const files = { [`${home}/.cargo/credentials.toml`]: '[registries.lab]\ntoken = "hunter2"\n' };
    const env = { CARGO_REGISTRIES_LAB_CREDENTIAL_PROVIDER: 'x' };
    const { warnings } = plan(text, { files, env });
    expect(warnings[1]).toMatch(/credentials\.toml still holds a token for lab/);
    expect(warnings[0]).toMatch(/^CARGO_REGISTRIES_LAB_CREDENTIAL_PROVIDER is asked before Keytray/);
    expect(warnings.join()).not.toContain('hunter2');
  });

  it('uses the file of the old name where there is one', () => {
    expect(plan(text, { files: { '/c/config': '' }, env: { CARGO_HOME: '/c' } }).path).toBe('/c/config');
  });
});

describe('setup pip', () => {
  const accounts = [serving('lab', { pip: ['p.example'] })];
  const plan = (text?: string, more = {}) => planOf(pip, { accounts, ...more }, text);

  it('knows the places of pip.conf', () => {
    expect(plan().path).toBe(`${home}/.config/pip/pip.conf`);
    expect(plan('', { env: { PIP_CONFIG_FILE: '/p' } }).path).toBe('/p');
    expect(plan('', { files: { [`${home}/.pip/pip.conf`]: '' } }).path).toBe(`${home}/.pip/pip.conf`);
    expect(() => plan('', { env: { PIP_CONFIG_FILE: '/dev/null' } })).toThrow(/turns the configuration of pip off/);
  });

  it('does not touch what says the same already, nor take it away', () => {
    const text = '[global]\nkeyring-provider=subprocess\n';
    expect(plan(text)).toMatchObject({ after: text, warnings: [] });
    expect(pip.clean(text, undefined, '/f')).toBe(text);
    expect(pip.clean(text, { before: '[global]\nkeyring-provider = auto\n' }, '/f')).toContain('= auto');
  });

  it('names another keyring in front, and links ours where a person wants it', () => {
    const onPath = { keyring: '/usr/bin/keyring' };
    expect(plan('', { onPath }).warnings).toEqual([
      expect.stringMatching(/^\/usr\/bin\/keyring comes first .*; or: keytray setup pip --link FOLDER$/),
    ]);
    const more = { linkFolder: '/home/ada/bin', env: { PATH: '/home/ada/bin' }, onPath: {} };
    expect(plan('', more)).toMatchObject({
      links: [{ path: '/home/ada/bin/keyring', target: '/opt/keytray/libexec/keyring' }],
      warnings: [],
    });
  });

  it('names variables that win', () => {
    const { warnings } = plan('', { env: { PIP_KEYRING_PROVIDER: 'disabled', PIP_NO_INPUT: '1' } });
    expect(warnings).toEqual([
      expect.stringContaining('PIP_KEYRING_PROVIDER'),
      expect.stringContaining('PIP_NO_INPUT'),
    ]);
  });
});
