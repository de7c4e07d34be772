import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { CliSandbox } from '../../support/cli-process.ts';

const url = 'https://quilt.acme.example';
const issuer = 'https://connect.acme.example';
const add = ['accounts', 'add', 'quilt@acme', '--grant', 'authorization_code', '--url', url];

it('an account at a Connect server is added without a client, and shown as one that Keytray registers', async () => {
  await using sandbox = await CliSandbox.create({ config: 'accounts: {}\n' });
  const without = await sandbox.run(add);
  expect(without.status).toBe(2);
  expect(without.stderr).toContain('issuer is missing');
  expect(await sandbox.run([...add, '--issuer', issuer])).toMatchObject({ status: 0, stderr: '' });
  expect(await readFile(sandbox.configFile, 'utf8')).not.toContain('client_id');
  const shown = await sandbox.run(['accounts', 'show', 'quilt@acme']);
  expect(shown.stdout).toMatch(/^Client ID: +registered by Keytray$/m);
  expect(shown.stdout).toMatch(/^Resource: +https:\/\/connect\.acme\.example\/mcp\/platform$/m);
  const { stdout } = await sandbox.run(['accounts', 'show', 'quilt@acme', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ client_id: '', client_registered_by: 'keytray', issuer });
});
