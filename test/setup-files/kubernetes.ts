import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Random } from '../fuzz/random.ts';
import { type Finished, runToEnd } from '../support/processes.ts';
import type { FileScene, MadeFile, SetupSubject } from './frame.ts';

/** The one behind Google's dispatcher, which would run the helper twice. */
const kubectl = '/usr/lib/google-cloud-sdk/bin/kubectl.1.32';
const server = 'https://127.0.0.1:9';

interface View {
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server?: string } }[] | null;
  readonly contexts:
    | readonly { readonly name: string; readonly context: { readonly cluster: string; readonly user?: string } }[]
    | null;
  readonly users:
    | readonly { readonly name: string; readonly user?: { readonly exec?: { readonly command?: string } } }[]
    | null;
}

interface Parts {
  readonly random: Random;
  readonly secret: () => string;
}

const note = ({ random, secret }: Parts): string => random.pick(['', '', `# - ${secret()}: x\n`, '\n', '  # a - b\n']);
const after = ({ random, secret }: Parts): string => random.pick(['', '', ` # - ${secret()}`, '   ']);

function entry(parts: Parts, fields: readonly string[]): string {
  const [dash, indent] = parts.random.pick([
    ['- ', '  '],
    ['-   ', '    '],
    ['- # a - b: c\n  ', '  '],
    ['-\n  ', '  '],
  ] as const);
  return fields
    .map((field, index) => (index === 0 ? dash : indent) + field.replaceAll('\n', `\n${indent}`) + after(parts))
    .join('\n');
}

/** One indent for a list: YAML wants all its dashes below each other. */
function list(parts: Parts, name: string, entries: readonly (readonly string[])[]): string {
  if (entries.length === 0) return parts.random.pick([`${name}: []\n`, `${name}:\n`, '']);
  const deep = parts.random.chance(0.3);
  const lines = entries.map((fields) => entry(parts, fields));
  const whole = lines.map((text) => note(parts) + text).join('\n');
  return `${name}:${after(parts).trimEnd()}\n${deep ? whole.replace(/^(?=.)/gm, '  ') : whole}\n`;
}

function yaml(parts: Parts, names: { readonly cluster: boolean; readonly rest: boolean }): string {
  const { random, secret } = parts;
  const alias = random.pick(['none', 'none', 'user', 'server', 'anchor'] as const);
  const clusters = names.cluster
    ? [
        ...(random.chance(0.5) ? [['cluster:', '  server: https://other.example', 'name: o']] : []),
        [
          `cluster:\n  server: ${alias === 'server' ? '&s ' : ''}${random.pick([server, `"${server}"`, `${server}/`])}`,
          'name: c',
        ],
        ...(alias === 'server' ? [['name: c2', 'cluster: {server: *s}']] : []),
      ]
    : [];
  const user = random.pick(['me', '"me"', "'me'"]);
  const contexts = names.rest
    ? [
        [
          `context:\n  cluster: c\n  user: ${alias === 'user' ? '*me' : alias === 'anchor' ? '&me me' : user}`,
          'name: x',
        ],
        ...(random.chance(0.4)
          ? [
              [
                'name: second',
                random.pick([
                  'context:\n  cluster: c',
                  'context: {cluster: c, user: me}',
                  'context:\n  cluster: c\n  user:',
                ]),
              ],
            ]
          : []),
        ...(random.chance(0.4) ? [['name: z', 'context:\n  cluster: o\n  user: me\n  namespace: work']] : []),
      ]
    : [];
  const users = names.rest
    ? [
        [`name: ${alias === 'anchor' ? '*me' : alias === 'user' ? '&me me' : 'me'}`, `user:\n  token: ${secret()}`],
        ...(random.chance(0.4)
          ? [
              [
                'name: plugin',
                `user:\n  exec:\n    apiVersion: client.authentication.k8s.io/v1\n    interactiveMode: Never\n    command: aws\n    args:\n    - --client-secret\n    - ${secret()}\n    env:\n    - name: KEY\n      value: ${secret()}`,
              ],
            ]
          : []),
        ...(random.chance(0.3) ? [['name: block', `user:\n  username: ada\n  password: |\n    ${secret()}`]] : []),
      ]
    : [];
  const parts3 = [list(parts, 'clusters', clusters), list(parts, 'contexts', contexts), list(parts, 'users', users)];
  // An alias stands behind its anchor.
  const [first = '', second = '', third = ''] = parts3;
  const body =
    alias === 'user'
      ? third + first + second
      : alias === 'anchor'
        ? first + second + third
        : random.pick([first + second + third, second + third + first, third + first + second]);
  const head = random.pick([
    'apiVersion: v1\nkind: Config\n',
    '---\napiVersion: v1\nkind: Config\npreferences: {}\n',
    '# mine\nkind: Config\napiVersion: "v1"\n',
  ]);
  return head + body + (names.rest ? 'current-context: x\n' : '') + random.pick(['', '', '# the end\n', '...\n']);
}

function json({ random, secret }: Parts): string {
  const users = [
    { token: secret() },
    { username: 'ada', password: secret() },
    // As it stands this is base64 too.
    { 'client-certificate-data': secret(), 'client-key-data': secret() },
    { 'auth-provider': { name: 'oidc', config: { 'client-secret': secret(), 'refresh-token': secret() } } },
    {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        interactiveMode: 'Never',
        command: 'aws',
        args: ['--client-secret', secret()],
        env: [{ name: 'KEY', value: secret() }],
      },
    },
  ];
  const whole = {
    kind: 'Config',
    apiVersion: 'v1',
    clusters: [{ name: 'c', cluster: { server, 'proxy-url': `http://ada:${secret()}@127.0.0.1:9` } }],
    contexts: [
      {
        name: 'x',
        context: random.pick([{ cluster: 'c', user: 'me' }, { user: 'me', cluster: 'c' }, { cluster: 'c' }]),
      },
    ],
    users: random.pick([
      [],
      [{ name: 'me', user: random.pick(users) }],
      [{ name: 'me', user: random.pick(users) }],
      null,
    ]),
  };
  return JSON.stringify(whole, null, random.pick(['', '  ', '\t'])) + random.pick(['', '\n']);
}

function run(scene: FileScene, ...args: readonly string[]): Promise<Finished> {
  return runToEnd(kubectl, args, { cwd: scene.home, env: scene.env });
}

async function view(scene: FileScene): Promise<View> {
  const { status, stdout, stderr } = await run(scene, 'config', 'view', '--raw', '-o', 'json');
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as View;
}

const isOurs = (name: string | undefined): boolean => name?.startsWith('keytray-') === true;

export const kubernetesFiles: SetupSubject = {
  tool: 'kubernetes',
  accounts: [{ id: 'lab', serves: { kubernetes: ['127.0.0.1:9'] } }],
  async make(scene, random): Promise<MadeFile> {
    const secrets: string[] = [];
    const parts: Parts = {
      random,
      secret: () => {
        const value = `s3cr3t${random.bytes(9).toString('hex')}`;
        secrets.push(value);
        return value;
      },
    };
    const shape = random.pick(['one', 'one', 'one', 'json', 'split', 'shadowed'] as const);
    const texts =
      shape === 'json'
        ? [json(parts)]
        : shape === 'split'
          ? [yaml(parts, { cluster: true, rest: false }), yaml(parts, { cluster: false, rest: true })]
          : shape === 'shadowed'
            ? [
                `kind: Config\napiVersion: v1\nclusters:\n- name: c\n  cluster:\n    server: https://other.example\n`,
                yaml(parts, { cluster: true, rest: true }),
              ]
            : [yaml(parts, { cluster: true, rest: true })];
    if (shape !== 'json' && random.chance(0.2))
      texts.splice(0, texts.length, ...texts.map((text) => text.replaceAll('\n', '\r\n')));
    for (const [index, text] of texts.entries()) await scene.write(`kube/config${index}`, text, 0o600);
    const files = texts.map((_, index) => join(scene.home, `kube/config${index}`));
    return {
      shape: `${shape} ${JSON.stringify(texts)}`,
      secrets,
      env: { KUBECONFIG: files.join(':') },
      ...(texts.join().includes('&me me') ? { mayRefuse: true } : {}),
    };
  },
  async read(scene) {
    const { clusters, contexts, users, ...rest } = await view(scene);
    return {
      ...rest,
      clusters: clusters ?? [],
      users: users ?? [],
      contexts: (contexts ?? []).map(({ name, context }) => ({
        name,
        context: { ...context, user: context.user ?? '' },
      })),
    };
  },
  withoutUs(reading, before) {
    const { contexts, users, ...rest } = reading as View;
    const theirs = new Map((before as View).contexts?.map(({ name, context }) => [name, context.user]));
    return {
      ...rest,
      users: users?.filter(({ name }) => !isOurs(name)),
      contexts: contexts?.map(({ name, context }) =>
        isOurs(context.user) ? { name, context: { ...context, user: theirs.get(name) } } : { name, context },
      ),
    };
  },
  async expectAsked(scene) {
    const log = join(scene.home, '../asked');
    const { clusters, contexts } = await view(scene);
    const served = (clusters ?? []).filter(({ cluster }) => cluster.server?.startsWith(server)).map(({ name }) => name);
    await writeFile(join(scene.programs.bin, 'keytray'), `#!/bin/sh\necho "$*" >>'${log}'\nexit 1\n`, { mode: 0o755 });
    for (const { name, context } of contexts ?? []) {
      await rm(log, { force: true });
      await run(scene, '--context', name, 'get', '--raw', '/version', '--request-timeout=1s');
      const asked = await readFile(log, 'utf8').catch(() => '');
      if (served.includes(context.cluster))
        expect(asked, `kubectl asks us in context ${name}`).toContain('helper kubernetes get --account=lab');
      else expect(asked, `kubectl does not ask us in context ${name}`).toBe('');
    }
  },
  async addToOurs(scene) {
    const files = (scene.env.KUBECONFIG ?? '').split(':');
    const edited: string[] = [];
    for (const file of files) {
      const text = await readFile(file, 'utf8');
      if (!text.includes('keytray-lab')) continue;
      edited.push(file);
      await writeFile(
        file,
        text
          .replace(/^( *- )--account=lab/m, '$1--account=lab\n$1--id')
          .replace('"--account=lab"', '"--account=lab", "--id"'),
      );
    }
    return async () => {
      for (const file of edited) expect(await readFile(file, 'utf8')).toContain('--id');
    };
  },
  async edit(scene, random) {
    const { contexts } = await view(scene);
    if ((contexts ?? []).length === 0) return;
    const args = random.pick([
      ['rename-context', 'x', 'renamed'],
      ['set-context', 'x', '--namespace=work'],
      ['set-cluster', 'new', '--server=https://new.example'],
      ['use-context', 'x'],
      ['set-credentials', 'me', '--token=fresh'],
    ]);
    const { status, stderr } = await run(scene, 'config', ...args);
    if (status !== 0) throw new Error(stderr);
  },
};
