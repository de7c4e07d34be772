import { describe, expect, it } from 'vitest';
import { bazel } from '../../../core/setup/bazel/bazel.ts';
import { npm } from '../../../core/setup/npm/npm.ts';
import { terraform } from '../../../core/setup/terraform/terraform.ts';
import { contextFor, home, planOf, serving } from './setup-context.ts';

describe('setup npm', () => {
  const lab = [serving('lab', { npm: ['n.example', '127.0.0.1:4873/team/*'] })];
  const plan = (text?: string, more = {}) => planOf(npm, { accounts: lab, ...more }, text);
  const helper = '/opt/keytray/bin/npm-token-keytray';

  it('writes a path alone, which every pnpm takes, where one account serves all', () => {
    const { after, path, lines, warnings } = plan();
    expect(path).toBe(`${home}/.npmrc`);
    expect(after).toBe(`//n.example/:tokenHelper=${helper}\n//127.0.0.1:4873/team/:tokenHelper=${helper}\n`);
    expect(lines.join()).toContain('//n.example/:_authToken=$' + '{LAB_TOKEN}');
    expect(warnings).toEqual([]);
  });

  it('names the account where there are several, and says what that needs', () => {
    const accounts = [...lab, serving('home', { npm: ['h.example', 'n.example'] })];
    const { after, warnings } = plan('', { accounts });
    expect(after).toContain(`//h.example/:tokenHelper=${helper} --account=home\n`);
    expect(after).not.toContain('//n.example/:');
    expect(warnings.join('\n')).toMatch(/lab, home all serve n\.example: nothing was written/);
    expect(warnings.join('\n')).toMatch(/needs pnpm 11 or later/);
  });

  it('names a token and a helper that are there already, and puts the helper back', () => {
    const text = '//n.example/:_authToken=hunter2\n//n.example/:tokenHelper=/usr/bin/other\n';
    const { after = '', warnings } = plan(text);
    expect(after.match(/n\.example\/:tokenHelper/g)).toHaveLength(1);
    expect(warnings.join('\n')).toMatch(/holds a password or token for \/\/n\.example\/, which npm uses/);
    expect(warnings.join('\n')).toMatch(/named another tokenHelper/);
    expect(warnings.join()).not.toContain('hunter2');
    expect(npm.clean(`${after}a=b\n`, { before: text }, '/f')).toContain('//n.example/:tokenHelper=/usr/bin/other\n');
  });

  it('goes by npm_config_userconfig, and refuses a folder with a blank', () => {
    expect(plan('', { env: { npm_config_userconfig: '/n' } }).path).toBe('/n');
    expect(() => plan('', { bin: '/opt/a b' })).toThrow(/pnpm cannot call/);
  });
});

describe('setup bazel', () => {
  it('has no ports, names every host once, and none without a dot', () => {
    const accounts = [serving('lab', { bazel: ['c.example:443', 'c.example:8443', 'localhost:1', '127.0.0.1:1'] })];
    const { after, warnings } = planOf(bazel, { accounts, bin: '/opt/a b' }, '');
    expect(after).toBe(
      'common "--credential_helper=c.example=/opt/a b/bazel-credential-keytray"\ncommon "--credential_helper=127.0.0.1=/opt/a b/bazel-credential-keytray"\n',
    );
    expect(warnings).toEqual([expect.stringMatching(/nothing was written for localhost/)]);
    expect(bazel.clean(`${after}build -k\n`, undefined, '/f')).toBe('build -k\n');
  });

  it('names another helper for the same host', () => {
    const text = 'build --credential_helper=c.example=/usr/bin/other\ncommon --credential_helper=d.example=/x\n';
    const { warnings } = planOf(bazel, { accounts: [serving('lab', { bazel: ['c.example'] })] }, text);
    expect(warnings).toEqual([expect.stringContaining('/usr/bin/other for c.example')]);
  });
});

describe('setup terraform', () => {
  const accounts = [serving('lab', { terraform: ['my-tf.example'] })];
  const plan = (text?: string, more = {}) => planOf(terraform, { accounts, ...more }, text);

  it('takes no other helper away', () => {
    expect(() => plan('credentials_helper "vault" {\n}\n')).toThrow(/names the credentials helper vault/);
  });

  it('is content with a block that is there, and takes out that alone', () => {
    const text = 'credentials_helper "keytray" { args = [] }\na = 1\n';
    expect(plan(text).after).toBe(text);
    expect(terraform.clean(text, undefined, '/f')).toBe('a = 1\n');
    expect(terraform.clean('credentials_helper "vault" {\n}\n', undefined, '/f')).toBe(
      'credentials_helper "vault" {\n}\n',
    );
  });

  it.each([
    ['', { env: { TF_TOKEN_my__tf_example: 'x' } }, /TF_TOKEN_my__tf_example answers/],
    [
      'credentials "my-tf.example" {\n  token = "hunter2"\n}\n',
      {},
      /credentials "my-tf\.example" in .* answers before/,
    ],
    [
      '',
      {
        files: {
          [`${home}/.terraform.d/credentials.tfrc.json`]: '{"credentials":{"my-tf.example":{"token":"hunter2"}}}',
        },
      },
      /credentials\.tfrc\.json answers before Keytray for my-tf\.example/,
    ],
  ])('with %j names what is in front', (text, more, warning) => {
    const { warnings } = plan(text, more);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    expect(warnings.join()).not.toContain('hunter2');
  });

  it('goes by TF_CLI_CONFIG_FILE, and links the program where Terraform looks', () => {
    const { path, links } = plan('', { env: { TF_CLI_CONFIG_FILE: '/t' } });
    expect(path).toBe('/t');
    const name = 'terraform-credentials-keytray';
    expect(links).toEqual([{ path: `${home}/.terraform.d/plugins/${name}`, target: `/opt/keytray/bin/${name}` }]);
    expect(terraform.plan(contextFor()).files[0]?.path).toBe(`${home}/.terraformrc`);
  });
});
