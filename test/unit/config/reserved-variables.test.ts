import { describe, expect, it } from 'vitest';
import { formatConfigError } from '../../../core/config/config-error.ts';
import { interpretConfig } from '../../../core/config/interpret-config.ts';

/** The errors of an account whose `env:` sets this variable, on line 6. */
function errorsOf(name: string): readonly string[] {
  const account = 'service: oidc\n    issuer: https://login.example\n    client_id: keytray';
  const text = `accounts:\n  lab:\n    ${account}\n    env: { LAB_TOKEN: access_token, ${name}: access_token }\n`;
  const result = interpretConfig([{ file: 'config.yaml', text }]);
  return result.kind === 'ok' ? [] : result.errors.map(formatConfigError);
}

describe('a variable that decides how programs run', () => {
  it.each([
    'PATH',
    'Path',
    'HOME',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'DYLD_INSERT_LIBRARIES',
    'NODE_OPTIONS',
    'NODE_EXTRA_CA_CERTS',
    'GIT_SSH_COMMAND',
    'GIT_CONFIG_COUNT',
    'BASH_ENV',
    'ENV',
    'IFS',
    'SHELLOPTS',
    'PS4',
    'PYTHONPATH',
    'PYTHONSTARTUP',
    'PERL5OPT',
    'RUBYOPT',
    'ELECTRON_RUN_AS_NODE',
    'KEYTRAY_SOCKET',
    'EDITOR',
    'JAVA_TOOL_OPTIONS',
  ])('%s is not set by an account', (name) => {
    expect(errorsOf(name)).toEqual([
      `config.yaml:6: accounts.lab.env: ${name} decides how programs run; name a variable of its own, such as LAB_TOKEN`,
    ]);
  });

  it.each(['GITHUB_TOKEN', 'GITLAB_TOKEN', 'CARGO_REGISTRY_TOKEN', 'NPM_TOKEN', 'AWS_SESSION_TOKEN', 'HOMEBREW_TOKEN'])(
    'is not %s, which an account may set',
    (name) => {
      expect(errorsOf(name)).toEqual([]);
    },
  );
});
