import { describe, expect, it } from 'vitest';
import { bazel } from '../../../core/setup/bazel/bazel.ts';
import { planOf, serving } from './setup-context.ts';

describe('setup bazel', () => {
  it('has no ports, names every host once, and none without a dot', () => {
    const accounts = [serving('lab', { bazel: ['c.example:443', 'c.example:8443', 'localhost:1', '127.0.0.1:1'] })];
    const { after, warnings } = planOf(bazel, { accounts, bin: '/opt/a b' }, '');
    expect(after).toBe(
      'common "--credential_helper=c.example=/opt/a b/bazel-credential-keytray"\ncommon "--credential_helper=127.0.0.1=/opt/a b/bazel-credential-keytray"\n',
    );
    expect(warnings).toEqual([expect.stringMatching(/nothing was written for localhost/)]);
    expect(bazel.clean(`${after}build -k\n`, undefined, '/f')).toBe('build -k\n');
  });

  it('names another helper for the same host', () => {
    const text = 'build --credential_helper=c.example=/usr/bin/other\ncommon --credential_helper=d.example=/x\n';
    const { warnings } = planOf(bazel, { accounts: [serving('lab', { bazel: ['c.example'] })] }, text);
    expect(warnings).toEqual([expect.stringContaining('/usr/bin/other for c.example')]);
  });
});
