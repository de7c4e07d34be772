import { describe, expect, it } from 'vitest';
import { askpassHelper } from '../../../../core/helpers/askpass/askpass.ts';
import { FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const lab = fakeAccount('lab@work', ['git.example', 'git.example:8443', '127.0.0.1:8080', '[::1]:9'], {
  username: 'oauth2',
  token: 'tok-123',
});
const silence = { status: 1, stdout: '', stderr: [], next: undefined };

const parents = ['/usr/lib/git-core/git-remote-http', '/usr/bin/git', '/usr/bin/bash'];

const ask = (prompt: string, accounts = [lab], env: Readonly<Record<string, string>> = {}, askedBy = parents) =>
  callHelper(askpassHelper, 'get', neverClosed(), new FakeHelperBroker(accounts), {
    argv: [prompt],
    env,
    parents: askedBy,
  });

describe('prompts of git and wget', () => {
  it.each([
    ["Username for 'https://git.example': ", 'oauth2\n'],
    ["Password for 'https://oauth2@git.example': ", 'tok-123\n'],
    ["Password for 'https://git.example': ", 'tok-123\n'],
    ["Password for 'https://oauth2@git.example:8443': ", 'tok-123\n'],
    ["Password for 'https://me%40corp.example@git.example': ", 'tok-123\n'],
    ["Username for 'http://127.0.0.1:8080': ", 'oauth2\n'],
    ["Password for 'http://oauth2@[::1]:9': ", 'tok-123\n'],
    ["Password for 'https://oauth2@git.example/acme/api.git': ", 'tok-123\n'],
  ])('%j', async (prompt, stdout) => {
    expect(await ask(prompt)).toEqual({ status: 0, stdout, stderr: [], next: undefined });
  });

  it('hands out nothing before the password is asked for', async () => {
    const broker = new FakeHelperBroker([lab]);
    await callHelper(askpassHelper, 'get', '', broker, { argv: ["Username for 'https://git.example': "], parents });
    expect(broker.requests).toEqual([]);
  });

  it('answers wget from the list of curl and its like', async () => {
    const split = new (class extends FakeHelperBroker {
      override served(family?: string) {
        return super.served().filter(({ id }) => (family === 'git' ? id === 'git' : id === 'curl'));
      }
    })([fakeAccount('git', ['git.example']), fakeAccount('curl', ['git.example', 'files.example'])]);
    const password = async (host: string) =>
      (await callHelper(askpassHelper, 'get', '', split, { argv: [`Password for 'https://u@${host}': `], parents }))
        .stdout;
    expect(await password('git.example')).toBe('token-of-git\n');
    expect(await password('files.example')).toBe('token-of-curl\n');
  });

  it.each([
    ['another host', "Password for 'https://git.example.evil.example': "],
    ['another port', "Password for 'https://git.example:444': "],
    ['a quote in the URL', "Password for 'https://evil.example/' for 'https://git.example': "],
    ['something before', "Hi! Password for 'https://git.example': "],
    ['something after', "Password for 'https://git.example': \nhttps://evil.example"],
    ['a password', "Password for 'https://a:b@git.example': "],
    ['an encoded host', "Password for 'https://git%2eexample': "],
    ['a name with an encoded line end', "Password for 'https://a%0ab@git.example': "],
    ['another scheme', "Password for 'smtp://git.example': "],
    ['no URL', 'Password: '],
    ['nothing', ''],
  ])('stays silent for %s', async (_, prompt) => {
    expect(await ask(prompt)).toEqual(silence);
  });

  it('stays silent without a prompt, and with more than one', async () => {
    const broker = new FakeHelperBroker([lab]);
    const prompt = "Password for 'https://git.example': ";
    for (const argv of [[], [prompt, prompt]]) {
      expect(await callHelper(askpassHelper, 'get', '', broker, { argv, parents })).toEqual(silence);
    }
  });

  it('stops at plain http to another machine', async () => {
    const open = { ...lab, hosts: ['git.example:80'] };
    const { status, stdout, stderr } = await ask("Password for 'http://u@git.example': ", [open]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toEqual([expect.stringContaining('plain http')]);
  });

  it('tells accounts apart by the user name in the URL', async () => {
    const both = [lab, fakeAccount('lab@home', ['git.example'], { token: 'tok-home', username: 'oauth2' })];
    const unclear = await ask("Username for 'https://git.example': ", both);
    expect(unclear).toMatchObject({ status: 2, stdout: '', stderr: [expect.stringContaining('lab@work, lab@home')] });
    expect((await ask("Password for 'https://home@git.example': ", both)).stdout).toBe('tok-home\n');
    expect((await ask("Password for 'https://lab%40work@git.example': ", both)).stdout).toBe('tok-123\n');
  });

  it('says in one line why there is no token', async () => {
    const { status, stdout, stderr } = await ask("Password for 'https://git.example': ", [
      { ...lab, failure: 'keychain_locked' },
    ]);
    expect({ status, stdout }).toEqual({ status: 7, stdout: '' });
    expect(stderr).toEqual([expect.stringContaining('as the test says')]);
  });
});

describe('prompts of ssh', () => {
  it.each([
    'Enter passphrase for /home/ada/.ssh/id_ed25519: ',
    'Enter passphrase: ',
    "ada@git.example's password: ",
    'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
  ])('%j is not ours', async (prompt) => {
    expect(await ask(prompt)).toEqual(silence);
  });

  it.each(['confirm', 'none'])('nothing is answered where ssh asks for a click (%s)', async (kind) => {
    expect(await ask("Password for 'https://git.example': ", [lab], { SSH_ASKPASS_PROMPT: kind })).toEqual(silence);
  });
});

describe('the program that asks', () => {
  const prompt = "Password for 'https://git.example': ";

  it.each([
    [['/usr/bin/git', '/usr/bin/bash']],
    [['/usr/bin/dash', '/usr/lib/git-core/git-remote-https', '/usr/bin/git']],
    [['/usr/bin/wget']],
    [['/opt/git/bin/git (deleted)']],
    [['/usr/bin/git', '/usr/bin/bash', '/usr/bin/ssh']],
    [['/usr/bin/bash', '/usr/bin/xterm']],
  ])('is answered as %j', async (askedBy) => {
    expect((await ask(prompt, [lab], {}, askedBy)).stdout).toBe('tok-123\n');
  });

  it.each([
    [['/usr/bin/ssh']],
    [['/usr/bin/ssh', '/usr/bin/git', '/usr/bin/bash']],
    [['/usr/bin/dash', '/usr/bin/ssh', '/usr/bin/git']],
    [['/usr/bin/dbclient', '/usr/bin/git']],
    [['/usr/bin/dash', '/usr/bin/scp', '/usr/bin/bash']],
    [[]],
  ])('gets nothing as %j, which passes on what a server asks, or is unknown', async (askedBy) => {
    expect(await ask(prompt, [lab], {}, askedBy)).toEqual(silence);
  });
});
