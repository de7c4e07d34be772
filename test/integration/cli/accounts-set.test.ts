import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliSandbox } from '../../support/cli-process.ts';

let sandbox: CliSandbox;
beforeEach(async () => {
  sandbox = await CliSandbox.create({
    config:
      'accounts:\n  # the lab\n  lab:\n    service: oidc\n    issuer: https://login.lab.example\n    client_id: keytray\n',
  });
});
afterEach(() => sandbox[Symbol.asyncDispose]());

const set = (...words: readonly string[]) => sandbox.run(['accounts', 'set', ...words]);
const written = () => readFile(sandbox.configFile, 'utf8');

describe('keytray accounts set', () => {
  it.each([
    [
      ['lab', 'scopes', 'openid', 'offline_access'],
      /scopes: ?\n? *(\[ ?openid, offline_access ?\]|- openid\n *- offline_access)/,
    ],
    [['lab', 'scopes', 'openid'], /scopes:[\s\S]*openid/],
    [['lab', 'audience', 'https://api.lab.example'], /audience: https:\/\/api.lab.example/],
    [['lab', 'tls', '{ ca: /etc/ssl/lab.pem }'], /tls: \{"ca":"\/etc\/ssl\/lab.pem"\}/],
    [['lab', 'prompt', 'consent'], /prompt: consent/],
  ])('writes %j as the file spells it, and comments stay', async (words, expected) => {
    expect(await set(...words)).toMatchObject({ status: 0, stderr: '' });
    expect(await written()).toMatch(expected);
    expect(await written()).toContain('# the lab');
  });

  it('takes a key out', async () => {
    await set('lab', 'audience', 'x');
    expect(await set('lab', 'audience', '--remove')).toMatchObject({ status: 0 });
    expect(await written()).not.toContain('audience');
  });

  it.each([
    [['lab', 'scope', 'openid'], 2],
    [['lab', 'issuer', 'http://elsewhere.example'], 2],
    [['lab', 'audience'], 2],
    [['lab', 'audience', 'x', '--remove'], 2],
    [['nobody', 'audience', 'x'], 8],
  ])('refuses %j with %i, and changes nothing', async (words, status) => {
    const before = await written();
    expect(await set(...words)).toMatchObject({ status });
    expect(await written()).toBe(before);
  });
});
