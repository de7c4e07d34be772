import { describe, expect, it } from 'vitest';
import { cargo } from '../../../../core/setup/cargo/cargo.ts';
import { contextFor, home, planOf, serving } from '../setup-context.ts';

const accounts = [serving('lab', { cargo: ['c.example'] })];
const line = 'credential-provider = ["/opt/keytray/bin/cargo-credential-keytray"]';
const plan = (text: string) => planOf(cargo, { accounts }, text);

describe('setup cargo on forms of TOML', () => {
  it.each([
    ['[registries]\nlab.index = "https://c.example/"\n', `lab.index = "https://c.example/"\nlab.${line}\n`],
    ['registries.lab.index = "https://c.example/"', `"https://c.example/"\nregistries.lab.${line}\n`],
    ['[ registries . "lab" ] # [x]\n  index = \'https://c.example/\'\r\n', `'\r\n  ${line}\r\n`],
    ["[registries.lab]\nindex = '''\nhttps://c.example/'''\n[net]\n", `'''\n${line}\n[net]\n`],
    [
      "[alias]\nx = '''\n[registries.lab]\nindex = \"https://c.example/\"\n'''\n[registries.lab]\nindex = \"https://c.example/\"\n",
      `'''\n[registries.lab]\nindex = "https://c.example/"\n${line}\n`,
    ],
    [
      '[registries.lab]\nindex = "https://c.example/"\n"credential-provider" = [ # mine\n  "x", # ]\n]\n[net]\n',
      `c.example/"\n${line}\n[net]\n`,
    ],
    ['[alias]\nx = [["a"], ["[b]"]]\n[registries.lab]\nindex = "https://c.example/" # =\n', `# =\n${line}\n`],
  ])('edits %j in place and gives it back', (text, wanted) => {
    const { after = '', warnings } = plan(text);
    expect(after).toContain(wanted);
    expect(after.match(/cargo-credential-keytray/g)).toHaveLength(1);
    expect(warnings.filter((warning) => warning.includes('left alone'))).toEqual([]);
    const back = cargo.clean(after, { before: text }, '/f');
    expect(back?.trimEnd()).toBe(text.trimEnd());
  });

  it.each([
    '[registries]\nlab = { index = "https://c.example/" }\n',
    'registries = { lab = { index = "https://c.example/", token = "hunter2" } }\n',
  ])('leaves %j alone and says what to write there', (text) => {
    const { after, warnings } = plan(text);
    expect(after).toBe(text);
    expect(warnings).toEqual([
      `${home}/.cargo/config.toml has lab in a form that is left alone; write in it yourself: ${line}`,
    ]);
    expect(plan(text.replace('/"', `/", ${line}`)).warnings).toEqual([]);
  });

  it.each([
    ['work/.cargo/config.toml', '[registries.lab]\ncredential-provider = "cargo:token"\n', 'has text for'],
    [
      'work/.cargo/config',
      '[registries.mine]\nindex = "https://c.example/"\ncredential-provider = ["x"]\n',
      'has words',
    ],
    ['.cargo/config.toml', '[registries.lab]\ncredential-provider = "cargo:token"\n', undefined],
    ['work/.cargo/config.toml', `[registries.lab]\n${line}\n`, undefined],
    ['work/.cargo/config.toml', '[registries.other]\ncredential-provider = "cargo:token"\n', undefined],
    ['work/.cargo/config.toml', '[registries.lab\n', undefined],
  ])('names a provider of another in %s: %j, %s', (place, text, words) => {
    const files = { [`${home}/${place}`]: text };
    const { warnings } = planOf(cargo, { accounts, files }, '[registries.lab]\nindex = "https://c.example/"\n');
    expect(warnings.filter((warning) => / has (?:text|words) for /.test(warning))).toEqual(
      words === undefined ? [] : [expect.stringContaining(`${home}/${place} ${words}`)],
    );
  });

  it('keeps options that a person added to our entry', () => {
    const text = '[registries.lab]\nindex = "https://c.example/"\n';
    const mine = text + line.replace(']', ', "--account=lab"]');
    const [file] = cargo.plan(contextFor({ accounts })).files;
    expect(file?.edit(text, mine)).toBe(`${mine}\n`);
    expect(cargo.clean(mine, { before: text }, '/f')).toBe(text);
  });

  it('names the line where a file is not TOML, and shows nothing of it', () => {
    const text = '[registries.lab]\nindex = "https://c.example/"\ntoken = hunter2\n';
    expect(() => plan(text)).toThrow(/^\/home\/ada\/\.cargo\/config\.toml:3 is not TOML; nothing was changed$/);
  });
});
