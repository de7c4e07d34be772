import { describe, expect, it } from 'vitest';
import type { Config } from '../../../core/config/config.ts';
import { formatConfigError } from '../../../core/config/config-error.ts';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { row } from '../../rows/row.ts';

function errorsOf(text: string): readonly string[] {
  const result = interpretConfig([{ file: 'config.yaml', text }]);
  return result.kind === 'ok' ? [] : result.errors.map(formatConfigError);
}

function configOf(...texts: readonly string[]): Config {
  const result = interpretConfig(texts.map((text, index) => ({ file: `/etc/${index}.yaml`, text })));
  if (result.kind === 'invalid') throw new Error(result.errors.map(formatConfigError).join('\n'));
  return result.config;
}

/** One account of the service `oidc`, complete but for what the case adds. */
const lab = (lines: string): string =>
  `accounts:\n  lab:\n    service: oidc\n    issuer: https://login.example\n    client_id: keytray\n    ${lines}\n`;

describe('a valid configuration', () => {
  it('becomes accounts with defaults', () => {
    const account = configOf(lab('git: [gitlab.com/acme/*]')).accounts.get('lab');
    expect(account).toMatchObject({
      id: 'lab',
      service: 'oidc',
      clientId: 'keytray',
      issuer: 'https://login.example',
      scopes: undefined,
      tls: { ca: undefined, verify: true },
      store: 'keychain',
      refresh: 'ahead',
      redirect: {},
      serves: { git: ['gitlab.com/acme/*'] },
      position: { file: '/etc/0.yaml', line: 2 },
    });
  });

  it.each([
    ['redirect: { port: any, path: none }', { redirect: { ports: 'any', path: 'none' } }],
    [
      'redirect: { host: localhost, port: 8020, path: /cb }',
      { redirect: { host: 'localhost', ports: [8020], path: '/cb' } },
    ],
    ['redirect: { port: [8020, 8021] }', { redirect: { ports: [8020, 8021] } }],
    ['tls: { ca: lab.pem }', { tls: { ca: '/etc/lab.pem', verify: true } }],
    ['tls: { verify: false }\n    environment: dev', { tls: { verify: false }, environment: 'dev' }],
    [
      'expect: { email: me@lab.example }',
      { expect: { email: 'me@lab.example', issuer: undefined, subject: undefined } },
    ],
    ['env: { LAB_TOKEN: id_token }', { env: { LAB_TOKEN: 'id_token' } }],
    ['docker: [a.example:5000]\n    git: [b.example]', { serves: { docker: ['a.example:5000'], git: ['b.example'] } }],
    ['authorization_params: { hd: example.com }', { authorizationParams: { hd: 'example.com' } }],
  ])('reads %s', (lines, expected) => {
    row('D16');
    expect(configOf(lab(lines)).accounts.get('lab')).toMatchObject(expected);
  });

  it('has a proxy and an authority for all, the first file that names one', () => {
    const first = `proxy: { url: 'http://proxy.example:3128', except: [lab.example, 10.0.0.0/8] }\ntls: { ca: all.pem }\n`;
    const config = configOf(
      first,
      `proxy: { url: socks5h://other.example }\ntls: { ca: /other.pem }\n${lab('scopes: [git]')}`,
      lab('tls: { ca: own.pem }').replace('lab:', 'own:'),
    );
    expect(config.proxy).toEqual({ url: 'http://proxy.example:3128', except: ['lab.example', '10.0.0.0/8'] });
    expect(config.accounts.get('lab')?.tls).toEqual({ ca: '/etc/all.pem', verify: true });
    expect(config.accounts.get('own')?.tls).toEqual({ ca: '/etc/own.pem', verify: true });
    expect(configOf('proxy: { url: proxy.example }').proxy).toEqual({ url: 'proxy.example', except: [] });
    expect(configOf('').proxy).toBeUndefined();
  });

  it.each([
    ['proxy: { url: ftp://proxy.example }', 'not a proxy'],
    ['proxy: { except: [lab.example] }', 'proxy.url'],
    ['proxy: { url: http://ada:hunter2@proxy.example }', 'a user name or password'],
    ['proxy: { url: http://proxy.example, except: ["a, b"] }', 'several entries in one'],
    ['proxy: { url: http://proxy.example, exept: [a] }', 'did you mean except?'],
    ['tls: { verify: false }', 'unknown key'],
  ])('is refused with %s', (text, message) => {
    const errors = errorsOf(text);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(message);
    expect(errors[0]).not.toContain('hunter2');
  });

  it.each([
    ['reminder: 20', 20],
    ['reminder: 2h', 120],
    ['reminder: 7d', 10_080],
    ['accounts:', 15],
  ])('%s: reminds after %i minutes', (text, minutes) => {
    expect(configOf(text).reminder).toBe(minutes);
  });

  it.each(['', '\n', '# nothing\n', '---\n', 'null\n'])('%j holds no account', (text) => {
    expect(configOf(text).accounts.size).toBe(0);
  });

  it('lets the first file that sets a thing decide', () => {
    const config = configOf('reminder: 20', 'reminder: 30\nagent: { autostart: false, tray: off }');
    expect(config).toMatchObject({ reminder: 20, agent: { autostart: false, tray: 'off' } });
  });

  it('follows aliases', () => {
    const text = `accounts:\n  one: &base\n    service: oidc\n    issuer: https://a.example\n    client_id: x\n  two: *base\n`;
    expect([...configOf(text).accounts.keys()]).toEqual(['one', 'two']);
  });
});

describe('an error names line, path and fix', () => {
  it.each([
    [lab('clientid: x'), 'config.yaml:6: accounts.lab.clientid: unknown key; did you mean client_id?'],
    [lab('colour: red'), /^config\.yaml:6: accounts\.lab\.colour: unknown key; known: service, client_id, /],
    [lab('redirect: { prot: any }'), 'config.yaml:6: accounts.lab.redirect.prot: unknown key; did you mean port?'],
    [lab('client_secret: hunter2'), /^config\.yaml:6: accounts\.lab\.client_secret: a secret; .*accounts set-secret/],
    ['remindr: 5', 'config.yaml:1: remindr: unknown key; did you mean reminder?'],
    ['agent: { autostrat: true }', 'config.yaml:1: agent.autostrat: unknown key; did you mean autostart?'],
    ['reminder: 0', 'config.yaml:1: reminder: out of range; write something from 1m to 7d'],
    ['reminder: 8d', 'config.yaml:1: reminder: out of range; write something from 1m to 7d'],
    ['reminder: soon', 'config.yaml:1: reminder: not a duration; write minutes (15), or 30m, 2h, 1d'],
    [lab('scopes: openid email'), 'config.yaml:6: accounts.lab.scopes: a list is wanted; write [openid, email]'],
    [
      lab('scopes: [openid email]'),
      'config.yaml:6: accounts.lab.scopes[0]: several scopes in one; write [openid, email]',
    ],
    [
      lab('audience: 12e5'),
      'config.yaml:6: accounts.lab.audience: YAML reads this as no text; put it in quotes: "12e5"',
    ],
    [lab('audience:'), 'config.yaml:6: accounts.lab.audience: empty; write text or remove the key'],
    [
      lab('git:\n      - ok.example\n      - https://x.example'),
      /^config\.yaml:8: accounts\.lab\.git\[1\]: .*; write x\.example$/,
    ],
    [lab('redirect: { port: 0 }'), /^config\.yaml:6: accounts\.lab\.redirect\.port: /],
    [
      lab('redirect: { port: [80, 65536] }'),
      /^config\.yaml:6: accounts\.lab\.redirect\.port\[1\]: too large; at most 65535$/,
    ],
    [lab('redirect: { path: cb }'), /^config\.yaml:6: accounts\.lab\.redirect\.path: not a path; /],
    [
      lab('redirect: { host: 0.0.0.0 }'),
      /redirect\.host: not one of the known words; write 127\.0\.0\.1 or localhost$/,
    ],
    [lab('tls: { verify: false }'), /^config\.yaml:6: accounts\.lab\.tls: .*; write tls\.ca, or environment: dev$/],
    [lab('tls: { verify: false }\n    environment: production'), /^config\.yaml:6: accounts\.lab\.tls: /],
    [lab('prompt: none'), /prompt: none lets no person sign in/],
    [lab('authorization_params: { state: x }'), /authorization_params: state is set by Keytray itself; remove it$/],
    [
      lab('authorization_params: { scope: x }'),
      /authorization_params: scope has a key of its own; write it as scopes:$/,
    ],
    [lab('username: "a:b"'), /username: a colon in the user name/],
    [lab('resource: api'), /resource: not an absolute URI/],
    [lab('expect: { issuer: https://x.example }'), /expect: names nobody; write subject: or email:$/],
    [lab('env: { 1A: access_token }'), /env: "1A" is no name of a variable/],
    [lab('store: disk'), /store: not one of the known words; write keychain or encrypted-file or memory$/],
    [
      lab('revocation_endpoint: http://x.example'),
      /revocation_endpoint: http is accepted for loopback hosts only; write https:\/\/$/,
    ],
    [
      'accounts:\n  x: { service: gitlba, client_id: a }',
      /^config\.yaml:2: accounts\.x\.service: unknown service; did you mean gitlab\? Known: github, /,
    ],
    ['accounts:\n  x: { client_id: a }', 'config.yaml:2: accounts.x.service: missing; write text'],
    [
      'accounts:\n  x: { service: github }',
      /^config\.yaml:2: accounts\.x: client_id is missing; register a client \(https:\/\/github\.com/,
    ],
    [
      'accounts:\n  x: { service: oidc, client_id: a }',
      'config.yaml:2: accounts.x: issuer is missing; write issuer: https://…',
    ],
    [
      'accounts:\n  x: { service: auth0, client_id: a }',
      /issuer is missing; The issuer is https:\/\/TENANT\.auth0\.com\//,
    ],
    [
      'accounts:\n  x: { service: oauth, client_id: a }',
      /authorization_endpoint and token_endpoint are missing; write both/,
    ],
    [
      'accounts:\n  x: { service: oauth, client_id: a, token_endpoint: https://x.example }',
      /token_endpoint: authorization_endpoint is missing/,
    ],
    [
      'accounts:\n  x: { service: github, client_id: a, issuer: https://x.example }',
      /authorization_endpoint and token_endpoint are missing/,
    ],
    [
      'accounts:\n  x: { service: gitlab, client_id: a, token_endpoint: https://x.example }',
      /authorization_endpoint is missing; write both endpoints, or issuer$/,
    ],
    ['accounts:\n  UPPER: {}', /^config\.yaml:2: accounts\.UPPER: not an account id; /],
    ['accounts:\n  lab:', 'config.yaml:2: accounts.lab: empty; write a block of keys or remove the key'],
    ['accounts: [a]', 'config.yaml:1: accounts: a block of accounts is wanted; write each account as an indented key'],
    ['- a', 'config.yaml:1: not a block of keys; begin with accounts:'],
    ['reminder: 1\nreminder: 2', 'config.yaml:2: reminder: the key is there twice, first on line 1; keep one of them'],
    [
      `${lab('git: [a.example]')}  lab: {}\n`,
      'config.yaml:7: accounts.lab: the key is there twice, first on line 2; keep one of them',
    ],
    ['reminder: 1\n---\nreminder: 2', /^config\.yaml:2: a second document starts here; /],
    ['agent:\n\tautostart: true', /^config\.yaml:2: a tab is used for indentation; indent with spaces$/],
    ['reminder: !!js/function x', /^config\.yaml:1: tags \(!name\) are not used here; remove the tag$/],
    ['accounts: {', /^config\.yaml:1: not valid YAML: /],
  ])('%j', (text, expected) => {
    const errors = errorsOf(text);
    expect(errors).toHaveLength(1);
    if (typeof expected === 'string') expect(errors[0]).toBe(expected);
    else expect(errors[0]).toMatch(expected);
  });

  it('reports every wrong line at once, in order', () => {
    const errors = errorsOf(lab('clientid: x\n    colour: red').replace('oidc', 'oidcc'));
    expect(errors.map((error) => error.split(':')[1])).toEqual(['3', '6', '7']);
  });

  it('repeats no password', () => {
    const text = lab('audience: x')
      .replace('login.example', 'ada:hunter2@login.example')
      .concat('    password: hunter2\n');
    expect(errorsOf(text)).toHaveLength(2);
    expect(errorsOf(text).join()).not.toContain('hunter2');
  });

  it('names both files of an account that is in two', () => {
    const files = ['a.yaml', 'b.yaml'].map((file) => ({ file, text: `# ${file}\n${lab('store: memory')}` }));
    const result = interpretConfig(files);
    expect(result.kind === 'invalid' && result.errors.map(formatConfigError)).toEqual([
      'b.yaml:3: accounts.lab: the account is also in a.yaml:3; keep it in one file',
    ]);
  });

  it('refuses aliases that multiply', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const items = level === 0 ? 'x' : Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ');
      return `a${level}: &a${level} [${items}]`;
    });
    expect(errorsOf(levels.join('\n')).join()).toMatch(/too many or too deeply nested values/);
  });

  it('refuses an alias of itself', () => {
    expect(errorsOf('accounts: &a\n  x: *a\n').join()).toMatch(/too many or too deeply nested values/);
  });

  it('refuses a key named __proto__', () => {
    expect(errorsOf('__proto__:\n  x: y\n')[0]).toMatch(/^config\.yaml:1: __proto__: unknown key/);
    expect(errorsOf(lab('redirect: { __proto__: { host: x } }'))[0]).toMatch(/redirect\.__proto__: unknown key/);
  });
});
