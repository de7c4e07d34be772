import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CliSandbox } from '../../support/cli-process.ts';

const commands = ['status', 'login', 'logout', 'token', 'exec', 'env', 'accounts', 'services', 'setup', 'completion'];

const config = `accounts:
  github@work: { service: github, client_id: a }
  github@home: { service: github, client_id: b }
`;

async function script(shell: string): Promise<string> {
  await using sandbox = await CliSandbox.create();
  const result = await sandbox.run(['completion', shell]);
  expect(result.status).toBe(0);
  return result.stdout;
}

/** Not every machine has each shell. What bash has in common with zsh it can check in its place. */
function parses(shell: string, text: string): void {
  const there = spawnSync(shell, ['-c', 'true']).status === 0;
  if (there) execFileSync(shell, ['-n'], { input: text });
  else if (shell === 'zsh') execFileSync('bash', ['-n'], { input: text });
}

describe('completion scripts', () => {
  it.each(['bash', 'zsh', 'fish'])('%s: names every command and parses', async (shell) => {
    const text = await script(shell);
    for (const command of commands) expect(text).toContain(command);
    expect(text).toContain(shell === 'fish' ? '-l no-browser' : '--no-browser');
    parses(shell, text);
  });

  it('fish: every line is a well-formed command', async () => {
    const text = await script('fish');
    const [functions, completions] = text.split('complete -c keytray -f\n');
    expect(functions?.match(/^ *(function|for|switch)\b/gm)).toHaveLength(functions?.match(/^ *end$/gm)?.length ?? 0);
    const word = String.raw`(?:'(?:[^'\\]|\\.)*'|[a-z-]+)`;
    const lines = completions?.trimEnd().split('\n') ?? [];
    expect(lines.length).toBeGreaterThan(40);
    for (const line of lines) expect(line).toMatch(new RegExp(`^complete -c keytray(?: -[nlad] ${word}| -x)+$`));
  });

  it('bash: completes commands, options, values and accounts, across the @', async () => {
    await using sandbox = await CliSandbox.create({ config });
    // The accounts are asked of the keytray on PATH.
    const keytray = join(sandbox.home, 'keytray');
    const listed = (await sandbox.run(['accounts', 'list', '--json'])).stdout;
    await writeFile(keytray, `#!/bin/sh\ncat <<'END'\n${listed}END\n`);
    await chmod(keytray, 0o755);
    const text = await script('bash');
    const complete = (line: string): string[] => {
      const driver = `${text}\nCOMP_LINE=$1; COMP_POINT=\${#1}; _keytray; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = { PATH: `${sandbox.home}:/usr/bin:/bin` };
      const stdout = execFileSync('bash', ['--norc', '-c', driver, 'bash', line], { encoding: 'utf8', env });
      return stdout.split('\n').filter((word) => word !== '');
    };
    expect(complete('keytray lo')).toEqual(['login', 'logout', 'lock']);
    expect(complete('keytray login --no')).toEqual(['--no-browser']);
    expect(complete('keytray token --format ')).toEqual(['raw', 'header', 'json']);
    expect(complete('keytray accounts ')).toContain('set-secret');
    expect(complete('keytray accounts show ')).toEqual(['github@work', 'github@home']);
    expect(complete('keytray token github@w')).toEqual(['work']);
    expect(complete('keytray completion z')).toEqual(['zsh']);
    expect(complete('keytray setup g')).toEqual(['git', 'go', 'google']);
  });
});
