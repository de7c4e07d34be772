import { describe, expect, it } from 'vitest';
import { shownCommand } from '../../../../cli/hand-over/run-command.ts';
import { commandFor } from '../../../../cli/hand-over/targets.ts';

const name = 'QUILT_API_KEY';

describe('the command that takes a secret', () => {
  it.each<[Parameters<typeof commandFor>[0], readonly string[], string]>([
    ['github', ['acme/api'], 'gh secret set QUILT_API_KEY --repo acme/api'],
    ['github', ['ghe.example/acme/api', 'OTHER'], 'gh secret set OTHER --repo ghe.example/acme/api'],
    [
      'aws-secrets-manager',
      ['prod/quilt'],
      'aws secretsmanager put-secret-value --secret-id prod/quilt --secret-string file:///dev/stdin',
    ],
    [
      'kubectl',
      ['quilt-credentials'],
      'kubectl create secret generic quilt-credentials --from-file=QUILT_API_KEY=/dev/stdin --dry-run=client -o yaml',
    ],
    ['databricks', ['my scope', 'key'], "databricks secrets put-secret 'my scope' key"],
  ])('of %s %j', (target, words, shown) => {
    expect(shownCommand(commandFor(target, { words, name }))).toBe(shown);
  });

  it('names a namespace twice for kubectl, which is run twice', () => {
    const { args, into } = commandFor('kubectl', { words: ['q'], name, namespace: 'apps' });
    expect(args).toContain('apps');
    expect(into?.args).toContain('apps');
    expect(into?.args).toContain('--server-side');
  });

  it.each<[Parameters<typeof commandFor>[0], readonly string[]]>([
    ['github', []],
    ['github', ['acme']],
    ['github', ['--repo/x']],
    ['github', ['acme/api', '--body=x']],
    ['github', ['acme/api', 'A', 'B']],
    ['aws-secrets-manager', ['--profile']],
    ['aws-secrets-manager', ['a b']],
    ['kubectl', ['-n']],
    ['kubectl', ['Upper']],
    ['kubectl', ['a', 'b']],
    ['databricks', ['scope']],
    ['databricks', ['-x', 'key']],
  ])('takes no option for a name: %s %j', (target, words) => {
    expect(() => commandFor(target, { words, name })).toThrow();
  });
});
