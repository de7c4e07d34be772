import { describe, expect, it } from 'vitest';
import { npm } from '../../../../core/setup/npm/npm.ts';
import { contextFor, home, planOf, serving } from '../setup-context.ts';

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

  const variable = (name: string): string => `\${${name}}`;
  const other = '/usr/bin/other';
  const ours = `//n.example/:tokenHelper=${helper}\n//127.0.0.1:4873/team/:tokenHelper=${helper}\n`;

  it.each([
    ['a=b\n[mine]\nx=y\n', `a=b\n${ours}[mine]\nx=y\n`],
    ['a=b', `a=b\n${ours}`],
    [`a=b\n"//n.example/:tokenHelper" = "${other}" ; mine\n`, `a=b\n${ours}`],
    [`; //n.example/:tokenHelper=${other}\n`, `; //n.example/:tokenHelper=${other}\n${ours}`],
    // A CR alone ends a line for npm.
    [`a=b\r//n.example/:tokenHelper=${other}\rc=d\r`, `a=b\rc=d\r\n${ours}`],
  ])('writes into %j what npm reads there', (text, after) => {
    expect(plan(text).after).toBe(after);
  });

  it('is content with its own line as npm writes it, and keeps an option that was added', () => {
    const written = `fund=false\n"//n.example/:tokenHelper"="${helper}"\n//127.0.0.1:4873/team/:tokenHelper=${helper} --registry=https://n/\n`;
    const [file] = npm.plan(contextFor({ accounts: lab })).files;
    expect(file?.edit('fund=false\n', written)).toBe(written);
    const moved = written.replace(helper, '/old/bin/npm-token-keytray');
    expect(file?.edit('fund=false\n', moved)).toBe(`fund=false\n${ours.trimEnd()} --registry=https://n/\n`);
    expect(npm.clean(written, { before: 'fund=false\n' }, '/f')).toBe('fund=false\n');
  });

  it('drops an account that does not serve the registry any more', () => {
    const accounts = [...lab, serving('home', { npm: ['h.example'] })];
    const [file] = npm.plan(contextFor({ accounts })).files;
    const current = `//n.example/:tokenHelper=${helper} --account=old --registry=https://n/\n`;
    expect(file?.edit('', current)).toContain(
      `//n.example/:tokenHelper=${helper} --account=lab --registry=https://n/\n`,
    );
  });

  it('reads keys with variables as npm does', () => {
    const text = `//${variable('HOST')}/:_authToken=${variable('TOKEN')}\n`;
    const line = `${home}/.npmrc still holds a password or token for //n.example/, which npm uses`;
    expect(plan(text, { env: { HOST: 'n.example', TOKEN: 'x' } }).warnings).toEqual([line]);
    const unset = `${home}/.npmrc uses HOST, TOKEN, without a value: pnpm before 11 then reads nothing of the file`;
    expect(plan(text).warnings).toEqual([unset]);
    expect(plan(`a=${variable('X:-y')}\n; ${variable('X')}\n`).warnings).toEqual([]);
  });

  it('says what pnpm before 11 reads nothing of the file for', () => {
    const end = ': pnpm before 11 then reads nothing of the file';
    expect(plan('//o.example/:_authToken="x\\;hunter2"\n').warnings).toEqual([
      `${home}/.npmrc has a value for //o.example/:_authToken whose quotes hold no JSON${end}`,
    ]);
    expect(plan(`//o.example/:tokenHelper=${variable('BIN')}/x\n`, { env: { BIN: '/b' } }).warnings).toEqual([
      `${home}/.npmrc names a program for //o.example/:tokenHelper by a variable${end}`,
    ]);
    const read = 'a="x;y"\nb=x\\;y\nc="x\\;y"\nc=z\n[mine]\nd="x\\;y"\n';
    expect(plan(read).warnings).toEqual([]);
  });

  it('names what pnpm asks or sends in our place', () => {
    const auth = `${home}/.config/pnpm/auth.ini`;
    const { warnings } = plan(`//n.example/deep/:_authToken=hunter2\n[mine]\n//n.example/:tokenHelper=${other}\n`, {
      files: {
        [auth]: `//n.example/:tokenHelper=${other}\n`,
        [`${home}/work/.npmrc`]: '//n.example/p/:_auth=hunter2\n',
      },
    });
    expect(warnings).toEqual([
      `${home}/.npmrc names another tokenHelper for //n.example/ below a [section], which pnpm 11 and later ask; remove it`,
      `${auth} names another tokenHelper for //n.example/, which pnpm 11 and later ask; remove it`,
      `${home}/.npmrc has a password, token or helper for //n.example/deep/: below that pnpm does not ask Keytray`,
      `${home}/work/.npmrc has a password, token or helper for //n.example/p/: below that pnpm does not ask Keytray`,
    ]);
  });

  it.each([
    ['11.19.1', 'npm 11.19.1 warns of tokenHelper at every command; npm works all the same.'],
    ['10.9.0', undefined],
    [undefined, 'npm 11 and later warn of tokenHelper at every command; npm works all the same.'],
  ])('says what npm %s says of our line', (version, line) => {
    const folder = '/usr/lib/node_modules/npm';
    const files = version === undefined ? {} : { [`${folder}/package.json`]: JSON.stringify({ version }) };
    const { lines } = plan('', { onPath: { npm: `${folder}/bin/npm-cli.js` }, files });
    expect(lines.find((said) => said.includes('at every command'))).toBe(line);
  });
});
