import { describe, expect, it } from 'vitest';
import { terraform } from '../../../../core/setup/terraform/terraform.ts';
import { readTerraform } from '../../../../core/setup/terraform/terraformrc.ts';
import { contextFor, home, type Machine, planOf, serving } from '../setup-context.ts';

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
      /credentials\.tfrc\.json answers before Keytray for my-tf\.example: terraform logout my-tf\.example/,
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

  const names = (text: string) => readTerraform(text, '/f');
  const block = 'credentials_helper "keytray" {\n  args = []\n}\n';

  it.each([
    'credentials_helper "vault" {}',
    'credentials_helper vault {}',
    'credentials_helper {\n  vault {}\n}',
    'credentials_helper = { "vault" = {} }',
    'a = 1 credentials_helper "vault" { args = ["x", /* ] */ "y",] }',
    '{"credentials_helper": {"vault": {}}}',
    '{"credentials_helper": [{"vault": [{}]}]}',
    '{"credentials_helper": {}, "credentials_helper": {"vault": {}}}',
  ])('finds the helper in %j', (text) => {
    expect(names(text).helpers).toEqual(['vault']);
    expect(() => plan(text)).toThrow(/names the credentials helper vault/);
  });

  it.each([
    '/* credentials_helper "vault" {} */\n',
    '# credentials_helper "vault" {}\n',
    '// credentials_helper "vault" {}\n',
    'x = <<EOF\ncredentials_helper "vault" {}\nEOF\n',
    `x = "\${a\ncredentials_helper "vault" {}\n}"\n`,
    'host "credentials_helper" { credentials_helper = "vault" }\n',
  ])('finds none in %j', (text) => {
    expect(names(text).helpers).toEqual([]);
    expect(plan(text).after).toBe(text + block);
  });

  it.each(['a = b', 'a = "b', '/* a', 'a "b" = 1', '{"a": 1', 'a = <<EOF\nEOF', '}', 'a = [1 2]', '\ufeffa = 1'])(
    'leaves %j alone, which Terraform does not read',
    (text) => {
      expect(() => plan(text)).toThrow(/\.terraformrc/);
    },
  );

  it('is no danger to the stack', () => {
    expect(() => plan(`a = ${'['.repeat(100_000)}`)).toThrow(/:1: Terraform does not read this/);
  });

  it('keeps JSON as JSON, and gives it back', () => {
    const text = '{\n  "disable_checkpoint": true\n}\n';
    const { after = '' } = plan(text);
    expect(JSON.parse(after)).toEqual({ disable_checkpoint: true, credentials_helper: { keytray: { args: [] } } });
    expect(terraform.clean(after, { before: text }, '/f')).toBe(text);
  });

  it('keeps what was added to its block, and a block that was theirs', () => {
    const [file] = terraform.plan(contextFor({ accounts })).files;
    const added = `a = 1\n${block.replace('[]', '["--note"]')}`;
    expect(file?.edit('a = 1\n', added)).toBe(added);
    expect(terraform.clean(`${block}a = 1\n`, { before: block }, '/f')).toBe(`${block}a = 1\n`);
  });

  it('names a second helper in another file that Terraform reads', () => {
    const files = { [`${home}/.terraform.d/other.tfrc`]: 'credentials_helper "vault" {}' };
    expect(() => plan('', { files })).toThrow(/other\.tfrc names the credentials helper vault/);
    expect(plan('', { files, env: { TF_CLI_CONFIG_FILE: '/t' } }).after).toBe(block);
  });

  it('compares hosts as Terraform does', () => {
    const upper = [serving('lab', { terraform: ['my-tf.example:443'] })];
    const { warnings } = plan('credentials = { "My-TF.example" = { token = "hunter2" } }\n', {
      accounts: upper,
      env: { 'TF_TOKEN_MY-TF_EXAMPLE': 'x' },
    });
    expect(warnings).toEqual([
      expect.stringContaining('TF_TOKEN_MY-TF_EXAMPLE answers for my-tf.example:443'),
      expect.stringContaining('credentials "my-tf.example:443" in'),
    ]);
  });

  it('writes to the file of OpenTofu where it has one', () => {
    const paths = (machine: Machine) => terraform.plan(contextFor(machine)).files.map(({ path }) => path);
    const [own, tofu, xdg] = [`${home}/.terraformrc`, `${home}/.tofurc`, '/x/opentofu/tofurc'];
    const env = { XDG_CONFIG_HOME: '/x' };
    expect(paths({ files: { [tofu]: '' } })).toEqual([own, tofu]);
    expect(paths({ files: { [xdg]: '' }, env })).toEqual([xdg]);
    expect(paths({ files: { [xdg]: '', [own]: '' }, env })).toEqual([own]);
    expect(paths({ files: {}, env })).toEqual([own]);
    const { warnings } = plan('', { files: { [xdg]: '' }, env, onPath: { terraform: '/usr/bin/terraform' } });
    expect(warnings).toEqual([`only OpenTofu was set up: a new ${own} would turn off ${xdg}, which it reads`]);
  });
});
