import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { defaultVariable, exportLine, tokenVariables } from '../../../cli/account-environment.ts';

describe('variables of an account', () => {
  it.each([
    ['github', 'GITHUB_TOKEN'],
    ['github@work', 'GITHUB_WORK_TOKEN'],
    ['azure-devops@a.b', 'AZURE_DEVOPS_A_B_TOKEN'],
    ['2nd', '_2ND_TOKEN'],
  ])('%s is %s unless the configuration says otherwise', (account, name) => {
    expect(defaultVariable(account)).toBe(name);
    expect([...tokenVariables(account, undefined)]).toEqual([[name, 'access']]);
  });

  it('come from `env:` where that is set', () => {
    const env = { GH_TOKEN: 'access_token', GH_ID: 'id_token' } as const;
    expect([...tokenVariables('github', { env })]).toEqual([
      ['GH_TOKEN', 'access'],
      ['GH_ID', 'id'],
    ]);
  });
});

it('an export line means the same to a shell, whatever the value holds', () => {
  for (const value of ["it's", '$(touch x) `id` "q" \\', 'a\nb', '']) {
    const script = `${exportLine('V', value)}printf %s "$V"`;
    expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe(value);
  }
});
