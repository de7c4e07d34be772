import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { CliSandbox } from '../../support/cli-process.ts';

const secret = `qk_${'0123456789abcdefghijklmn'}`;
let sandbox: CliSandbox;
let said = '';

const put = async (name: string, text: string | Buffer) => {
  const file = join(sandbox.home, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
};
const scan = async (...args: readonly string[]) => {
  const result = await sandbox.run(['scan', ...args]);
  said += result.stdout + result.stderr;
  return result;
};
const git = (...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=k', '-c', 'user.email=k@x', ...args], { cwd: sandbox.home, env: sandbox.env });

beforeEach(async () => {
  sandbox = await CliSandbox.create();
  said = '';
});
afterEach(async () => {
  // Of the value nothing is shown, not even its beginning.
  expect(said).not.toContain(secret.slice(3, 9));
  await sandbox[Symbol.asyncDispose]();
});

describe('keytray scan', () => {
  it('says where and what, and ends with 1', async () => {
    row('D21', 'G9');
    await put('src/a.py', `import x\nlogin("${secret}")\n`);
    await put('src/deep/b.env', `# ok\nQUILT_API_KEY=${secret}\n`);
    const { status, stdout, stderr } = await scan('src');
    expect(status).toBe(1);
    expect(stdout).toBe('src/a.py:2:8: Quilt API key\nsrc/deep/b.env:2:15: Quilt API key\n');
    expect(stderr).toContain('2 secrets in 2 files');
    const json = await scan('src/a.py', '--json');
    expect(JSON.parse(json.stdout)).toEqual([{ file: 'src/a.py', line: 2, column: 8, kind: 'Quilt API key' }]);
  });

  it('ends with 0 where there is none', async () => {
    await put('src/a.py', 'print(1)\n');
    expect(await scan('src')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await scan('src', '--json')).toMatchObject({ status: 0, stdout: '[]\n' });
  });

  it('leaves out what is not a person’s text', async () => {
    await put('src/.git/config', secret);
    await put('src/node_modules/x/a.js', secret);
    await put('src/a.bin', Buffer.concat([Buffer.from([0]), Buffer.from(secret)]));
    await put('src/big.txt', `${secret}\n${'x'.repeat(1_100_000)}`);
    const outside = await put('outside.txt', secret);
    await symlink(outside, join(sandbox.home, 'src/link.txt'));
    const { status, stdout, stderr } = await scan('src');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toBe('keytray: src/big.txt is larger than 1 MiB and was left out\n');
  });

  it('shows no control characters of a name', async () => {
    await put('src/a\u001b[31m\nb.txt', secret);
    const { stdout } = await scan('src');
    expect(stdout).toBe('src/a [31m b.txt:1:1: Quilt API key\n');
  });

  it('reads what the next commit would have, and not the folder', async () => {
    row('Q15');
    git('init', '--quiet');
    await put('kept.txt', 'old\n');
    git('add', 'kept.txt');
    git('commit', '--quiet', '-m', 'x');
    await put('kept.txt', `a\n${secret}\n`);
    expect(await scan('--staged')).toMatchObject({ status: 0, stdout: '' });
    await put('odd \n name.txt', secret);
    git('add', '--all');
    await writeFile(join(sandbox.home, 'kept.txt'), 'clean again\n');
    const { status, stdout } = await scan('--staged');
    expect(status).toBe(1);
    expect(stdout).toContain('kept.txt:2:1: Quilt API key\n');
    expect(stdout).toContain('odd   name.txt:1:1: Quilt API key\n');
    expect((await scan('--staged', 'kept.txt')).stdout).toBe('kept.txt:2:1: Quilt API key\n');
    git('rm', '--quiet', '--force', '--cached', 'kept.txt');
    expect((await scan('--staged', 'kept.txt')).status).toBe(0);
  });

  it.each([
    [['scan'], /no path named/],
    [['scan', 'absent'], /absent cannot be read/],
    [['scan', '--staged'], /git cannot tell what is staged/],
    [['scan', '--replace', 'a', 'b'], /--replace is for one file/],
    [['scan', '--replace', '.env'], /keytray import env/],
  ])('refuses %j', async (args, why) => {
    const { status, stderr } = await sandbox.run(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(why);
  });
});

describe('keytray scan --replace', () => {
  it('shows the difference without the value, and writes only where it may', async () => {
    const file = await put('a.py', `import os\nkey = "${secret}"  # ${secret}\n`);
    await chmod(file, 0o640);
    const asked = await scan('--replace', 'a.py');
    expect(asked.status).toBe(2);
    expect(asked.stdout).toContain(`-key = "…"  # …\n+key = os.environ["QUILT_API_KEY"]  # \${QUILT_API_KEY}\n`);
    expect(await readFile(file, 'utf8')).toContain(secret);
    const { status } = await scan('--replace', 'a.py', '--yes');
    expect(status).toBe(0);
    expect(await readFile(file, 'utf8')).toBe(`import os\nkey = os.environ["QUILT_API_KEY"]  # \${QUILT_API_KEY}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect((await scan('--replace', 'a.py', '--yes')).stdout).toContain('Nothing was found');
  });

  it('writes nothing that others could have written', async () => {
    const file = await put('a.py', `key = "${secret}"\n`);
    await chmod(file, 0o666);
    const { status, stderr } = await scan('--replace', 'a.py', '--yes');
    expect(status).toBe(2);
    expect(stderr).toContain('others can write');
    await rm(file);
  });
});
