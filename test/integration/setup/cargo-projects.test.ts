import { expect, it } from 'vitest';
import { runToEnd } from '../../support/processes.ts';
import { trixieCommand } from '../../support/trixie.ts';
import { toolHome } from './tool-home.ts';

const accounts = [{ id: 'lab', serves: { cargo: ['c.example'] } }];
const registry = '[registries.lab]\nindex = "sparse+https://c.example/"\n';

/** How cargo itself reads the provider of `lab` in a project that says something of its own. */
async function inProject(provider: string) {
  const home = await toolHome(accounts);
  await home.write('.cargo/config.toml', registry);
  await home.write('work/.cargo/config.toml', `[registries.lab]\ncredential-provider = ${provider}\n`);
  const cwd = home.path('work');
  const report = await home.apply('cargo', { cwd });
  const words = ['-Zunstable-options', 'config', 'get', 'registries.lab.credential-provider'];
  const [file, ...args] = trixieCommand('cargo', words, { cwd });
  const env = { ...home.env, CARGO_HOME: home.path('.cargo'), RUSTC_BOOTSTRAP: '1', CARGO_TERM_COLOR: 'never' };
  return { report, cargo: await runToEnd(file, args, { cwd, env }) };
}

it('setup cargo names a project whose form of the provider keeps cargo from reading anything', async () => {
  const { report, cargo } = await inProject('"cargo:token"');
  expect(cargo.status).not.toBe(0);
  expect(cargo.stderr).toContain('expected string, but found array');
  expect(report.blocked).toBe(true);
  expect(report.warnings.join('\n')).toContain('work/.cargo/config.toml has text for credential-provider of lab where');
});

it('setup cargo names a project whose words cargo puts behind ours', async () => {
  const { report, cargo } = await inProject('["cargo:token"]');
  expect(cargo.stdout).toMatch(/cargo-credential-keytray".*"cargo:token"/s);
  expect(report.blocked).toBe(true);
  expect(report.warnings.join('\n')).toContain('work/.cargo/config.toml has words for credential-provider of lab');
});
