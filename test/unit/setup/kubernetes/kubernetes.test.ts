import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kubernetes } from '../../../../core/setup/kubernetes/kubernetes.ts';
import { contextFor, planOf, serving } from '../setup-context.ts';

const lab = [serving('lab', { kubernetes: ['k.example:6443'] })];
const plan = (text: string, accounts = lab) => planOf(kubernetes, { accounts }, text);

const start = 'apiVersion: v1\nkind: Config\n';
const cluster = (server: string): string => `clusters:\n- name: c\n  cluster:\n    server: ${server}\n`;
const contexts = 'contexts:\n- name: x\n  context:\n    cluster: c\n    user: old\n';
const text = `${start}${cluster('https://k.example:6443')}${contexts}users:\n- name: old\n  user:\n    token: t\n`;

const user = {
  name: 'keytray-lab',
  user: {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: '/opt/keytray/bin/keytray',
      args: ['helper', 'kubernetes', 'get', '--account=lab'],
      interactiveMode: 'Never',
      provideClusterInfo: true,
    },
  },
};

/** An empty user is as good as none, and so is an empty list of them. */
function meaning(kubeconfig: string): unknown {
  const whole: object = {
    users: [],
    ...JSON.parse(JSON.stringify(parse(kubeconfig), (_key, value) => value ?? undefined)),
  };
  return whole;
}

describe('setup kubernetes', () => {
  it('adds a user and points the contexts of the cluster to it', () => {
    const { after = '', lines } = plan(text);
    expect(parse(after)).toMatchObject({
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'keytray-lab' } }],
      users: [{ name: 'old', user: { token: 't' } }, user],
    });
    expect(lines[0]).toBe('context x: user keytray-lab, was old');
  });

  it.each([
    [
      'users that are indented',
      text.replace(/- name: old\n {2}user:\n {4}token: t/, '  - name: old\n    user:\n      token: t'),
    ],
    ['an empty list of users', text.replace(/users:[\s\S]*/, 'users: []\n')],
    ['users without a value', text.replace(/users:[\s\S]*/, 'users: null\n')],
    ['no users at all', text.replace(/users:[\s\S]*/, '')],
    ['users before the rest', `users:\n- name: old\n  user: {}\n${text.replace(/users:[\s\S]*/, '')}`],
    ['JSON', JSON.stringify(parse(text))],
    ['contexts in braces', text.replace(contexts, 'contexts: [{name: x, context: {cluster: c, user: old}}]\n')],
    ['one context in braces', text.replace(contexts, 'contexts:\n- {name: x, context: {cluster: c}}\n')],
    ['a context without a user', text.replace('    user: old\n', '')],
    ['a context with an empty user', text.replace('user: old', 'user:')],
    ['a context with a quoted user', text.replace('user: old', 'user: "old"')],
  ])('can be taken back from a file with %s', (_name, before) => {
    const { after = '' } = plan(before);
    const { contexts: edited, users } = parse(after);
    expect(edited[0].context.user).toBe('keytray-lab');
    expect(users).toContainEqual(user);
    const cleaned = kubernetes.clean(after, { before }, '/f') ?? '';
    expect(meaning(cleaned)).toEqual(meaning(before));
    // Once more from there is the same as from the start.
    expect(parse(plan(cleaned).after ?? '').users).toContainEqual(user);
  });

  it('keeps every byte that is not its own', () => {
    const odd = text
      .replace('    token: t\n', '    token:   t   # mine\n# the end\n')
      .replace('kind: Config', "kind:   'Config'");
    const { after = '' } = plan(odd);
    const added = after.split('\n').filter((line) => !odd.split('\n').includes(line));
    expect(added.join()).toContain('keytray-lab');
    expect(odd.split('\n').filter((line) => !after.split('\n').includes(line))).toEqual(['    user: old']);
  });

  it.each([
    ['another port', 'https://k.example'],
    ['plain http', 'http://k.example:6443'],
    ['another host', 'https://k.example.evil:6443'],
    ['a user name in it', 'https://a@k.example:6443'],
  ])('leaves a cluster with %s alone', (_name, server) => {
    const other = `${start}${cluster(server)}${contexts}`;
    const { after, lines } = plan(other);
    expect(after).toBe(other);
    expect(lines[0]).toContain('No cluster in');
  });

  it('leaves a cluster alone that several accounts serve, and says so', () => {
    const { after, warnings } = plan(text, [...lab, serving('home', { kubernetes: ['k.example:6443'] })]);
    expect(after).toBe(text);
    expect(warnings).toEqual([expect.stringContaining('lab, home all serve https://k.example:6443')]);
  });

  it('does not take a user of the same name for its own', () => {
    const foreign = text.replace('name: old', 'name: keytray-lab');
    expect(kubernetes.clean(foreign, undefined, '/f')).toBe(foreign);
  });

  it('names the line of a mistake', () => {
    expect(() => plan('a: 1\nb: [\n')).toThrow(/config:\d+: kubectl cannot parse this file/);
    expect(() => plan('- a\n')).toThrow(/is not a kubeconfig/);
  });

  it.each([
    ['{name: c, cluster: {server: "https://k.example:6443"}}', '{cluster: c, user: keytray-lab}'],
    ['{ name: c, cluster: { server: "https://k.example:6443" } }', '{ cluster: c, user: keytray-lab }'],
  ])('keeps the spaces within braces of %s', (item, wanted) => {
    const context = wanted.replace('keytray-lab', 'old');
    const flow = `${start}clusters:\n- ${item}\ncontexts:\n- name: x\n  context: ${context}\n`;
    const { after } = plan(flow);
    expect(after).toContain(`- ${item}\n`);
    expect(after).toContain(`  context: ${wanted}\n`);
  });

  it.each([
    [
      'a user that is an alias',
      `${start}x-me: &me old\n${cluster('https://k.example:6443')}${contexts.replace('old', '*me')}`,
    ],
    ['a server that is an alias', `${start}x-s: &s https://k.example:6443\n${cluster('*s')}${contexts}`],
    ['an end that is marked', `${start}${cluster('https://k.example:6443')}${contexts}...\n`],
    [
      'comments with dashes behind dashes',
      text.replace('- name: old', '- # a-b\n  name: old').replace('- name: x', '- # c - d\n  name: x'),
    ],
  ])('edits only its own lines of a file with %s', (_name, before) => {
    const { after = '' } = plan(before);
    expect(parse(after).contexts[0].context.user).toBe('keytray-lab');
    expect(parse(after).users).toContainEqual(user);
    const lost = before.split('\n').filter((line) => !after.split('\n').includes(line));
    expect(lost).toEqual([expect.stringMatching(/^ {4}user: /)]);
    expect(meaning(kubernetes.clean(after, { before }, '/f') ?? '')).toEqual(meaning(before));
  });

  it('keeps JSON as JSON, with its layout', () => {
    const before = JSON.stringify(parse(text), null, 3);
    const { after = '' } = plan(before);
    expect(JSON.parse(after).users).toContainEqual(user);
    expect(after.split('\n').slice(0, 8)).toEqual(before.split('\n').slice(0, 8));
  });

  it('leaves a file alone whose anchor would take our user elsewhere, and says so', () => {
    const anchored = text.replace('user: old', 'user: &me old').replace('name: old', 'name: *me');
    expect(() => plan(anchored)).toThrow(/anchors or aliases stand where "user" has to change, so nothing was changed/);
  });

  it('keeps what a person added to our user', () => {
    const { files } = kubernetes.plan(contextFor({ accounts: lab }));
    const [file] = files;
    const after = file?.edit(text) ?? '';
    const added = after
      .replace('- --account=lab\n', '- --account=lab\n      - --id\n')
      .replace('interactiveMode: Never\n', 'interactiveMode: Never\n      installHint: ask Ada\n');
    const [, ours] = parse(file?.edit(kubernetes.clean(added, { before: text }, '/f'), added) ?? '').users;
    expect(ours.user.exec).toMatchObject({
      args: ['helper', 'kubernetes', 'get', '--account=lab', '--id'],
      installHint: 'ask Ada',
    });
  });

  it('gives a context back its user after kubectl renamed it', () => {
    const renamed = (plan(text).after ?? '').replace('name: x', 'name: renamed');
    expect(parse(kubernetes.clean(renamed, { before: text }, '/f') ?? '').contexts).toEqual([
      { name: 'renamed', context: { cluster: 'c', user: 'old' } },
    ]);
  });

  it('does not write over a user of somebody else', () => {
    expect(() => plan(text.replace('name: old', 'name: keytray-lab'))).toThrow(/already exists and was not created by/);
  });

  it.each([
    ['the cluster in the first file, the context in the second', cluster('https://k.example:6443'), contexts, true],
    [
      'another cluster of that name in the first file',
      cluster('https://b.example'),
      cluster('https://k.example:6443') + contexts,
      false,
    ],
    ['another context of that name in the first file', contexts, cluster('https://k.example:6443') + contexts, false],
  ])('believes of KUBECONFIG what kubectl does: %s', (_name, one, two, pointed) => {
    const files = { '/a/one': start + one, '/b/two': start + two };
    const planned = kubernetes.plan(contextFor({ accounts: lab, env: { KUBECONFIG: '/a/one:/b/two' }, files }));
    const after = planned.files[1]?.edit(start + two) ?? '';
    expect(parse(after).contexts[0].context.user).toBe(pointed ? 'keytray-lab' : 'old');
  });

  it('takes every file of KUBECONFIG', () => {
    const { files } = kubernetes.plan({ ...contextWith('/a/one:/b/two') });
    expect(files.map(({ path }) => path)).toEqual(['/a/one', '/b/two']);
  });
});

function contextWith(value: string) {
  return contextFor({ accounts: lab, env: { KUBECONFIG: value } });
}
