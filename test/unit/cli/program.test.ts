import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Cli, Screen } from '../../../cli/cli.ts';
import { commandTree } from '../../../cli/completion/command-tree.ts';
import { flatten } from '../../../cli/completion/flat.ts';
import { buildProgram, run } from '../../../cli/program.ts';
import { failures } from '../../../core/errors.ts';

class MemoryScreen implements Screen {
  readonly isTerminal = false;
  readonly colour = false;
  readonly columns = 80;
  text = '';

  write(text: string): void {
    this.text += text;
  }
}

function memoryCli() {
  const out = new MemoryScreen();
  const err = new MemoryScreen();
  const cli: Cli = {
    env: {},
    out,
    err,
    stdin: process.stdin,
    broker: () => Promise.reject(new Error('there is no broker in this test')),
    setStatus: () => undefined,
  };
  return { cli, out, err };
}

const commands = flatten(commandTree(buildProgram(memoryCli().cli)));
const docs = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');

describe('docs/cli.md', () => {
  it.each(commands.filter(({ path, node }) => path !== 'help' && node.subcommands.length === 0))(
    'explains $path and its options',
    ({ path, node }) => {
      expect(docs).toContain(`keytray ${path}`);
      for (const { flag } of node.options) if (flag !== '--help') expect(docs).toContain(flag);
    },
  );

  it('lists every exit status', () => {
    for (const { exit } of Object.values(failures)) expect(docs).toContain(`\n| ${exit} |`);
  });
});

describe('help', () => {
  it('fits 80 columns and shows examples', async () => {
    const { cli, out } = memoryCli();
    expect(await run(cli, ['--help'])).toBe(0);
    for (const line of out.text.split('\n').filter((text) => !text.startsWith('  keytray '))) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
    expect(out.text).toContain('Examples:');
  });

  it('without a command goes to standard error and is a usage error', async () => {
    const { cli, out, err } = memoryCli();
    expect(await run(cli, [])).toBe(2);
    expect(out.text).toBe('');
    expect(err.text).toContain('Every day:');
  });
});

it.each([[['statsu']], [['status', '--jsno']]])('%j: what was meant is suggested', async (argv) => {
  const { cli, err } = memoryCli();
  expect(await run(cli, argv)).toBe(2);
  expect(err.text).toContain('Did you mean');
});

it('every listing has --json', () => {
  const listings = ['status', 'accounts list', 'accounts show', 'services list', 'services show', 'setup'];
  for (const path of listings) {
    const flags = commands.find((command) => command.path === path)?.node.options.map(({ flag }) => flag);
    expect(flags).toContain('--json');
  }
});

describe('a value that is none of the choices', () => {
  it.each([
    [['setup', 'nope'], /^keytray: 'nope' is no tool; choose one of: git, docker, /],
    [
      ['completion', 'tcsh'],
      /^keytray: 'tcsh' is no shell; choose one of: bash, zsh, fish\n {2}See: keytray completion --help\n$/,
    ],
    [
      ['token', 'a', '--format', 'xml'],
      /^keytray: --format cannot be 'xml'; choose one of: raw, header, json\n {2}See: /,
    ],
    [['accounts', 'add', 'oidc', '--store', 'disk'], /^keytray: --store cannot be 'disk'; choose one of: keychain, /],
  ])('%j is said in one way', async (argv, said) => {
    const { cli, err } = memoryCli();
    expect(await run(cli, argv)).toBe(2);
    expect(err.text).toMatch(said);
  });
});
