import { delimiter, join, resolve } from 'node:path';
import {
  type KubeContext,
  type Kubeconfig,
  readKubeconfig,
  withContextUsers,
  withoutUsers,
  withUsers,
} from './kubeconfig.ts';
import { type Owner, ownerOf } from './served.ts';
import type { SetupAccount, SetupContext, Tool } from './tool.ts';
import { keytrayCommand, list } from './words.ts';

const userOf = (account: string): string => `keytray-${account}`;

function isOurs({ name, command }: Kubeconfig['users'][number]): boolean {
  const [program = '', ...words] = command;
  const helper = words.slice(0, 3).join(' ') === 'helper kubernetes get';
  return name.startsWith('keytray-') && /(?:^|\/)keytray$/.test(program) && helper;
}

function configFiles({ env, home }: SetupContext): readonly string[] {
  const named = (env.KUBECONFIG ?? '')
    .split(delimiter)
    .filter((file) => file !== '')
    .map((file) => resolve(file));
  return named.length === 0 ? [join(home, '.kube', 'config')] : [...new Set(named)];
}

interface Pointed {
  readonly context: KubeContext;
  readonly account: string;
}

/** Plain http is none of ours: kubectl runs no plugin for it. */
function ownerOfServer(server: string, accounts: readonly SetupAccount[]): Owner {
  return /^https:/i.test(server) ? ownerOf(server, accounts, 'kubernetes') : { kind: 'none' };
}

/** The contexts whose cluster an account serves. */
function pointedIn({ clusters, contexts }: Kubeconfig, accounts: readonly SetupAccount[]): readonly Pointed[] {
  const owners = new Map(clusters.map(({ name, server }) => [name, ownerOfServer(server, accounts)]));
  return contexts.flatMap((context) => {
    const owner = owners.get(context.cluster);
    return owner?.kind === 'one' ? [{ context, account: owner.account }] : [];
  });
}

function edit(text: string | undefined, file: string, context: SetupContext): string | undefined {
  if (text === undefined) return undefined;
  const pointed = pointedIn(readKubeconfig(text, file), context.accounts);
  if (pointed.length === 0) return text;
  const accounts = [...new Set(pointed.map(({ account }) => account))];
  const users = accounts.map((account) => ({
    name: userOf(account),
    command: keytrayCommand(context),
    args: ['helper', 'kubernetes', 'get', `--account=${account}`],
  }));
  const freed = withoutUsers(text, file, new Set(users.map(({ name }) => name)));
  const repointed = new Map(pointed.map(({ context: { name }, account }) => [name, userOf(account)]));
  return withUsers(withContextUsers(freed, file, repointed), file, users);
}

function linesFor(text: string | undefined, file: string, accounts: readonly SetupAccount[]): readonly string[] {
  if (text === undefined) return [`${file} is not there.`];
  const pointed = pointedIn(readKubeconfig(text, file), accounts);
  if (pointed.length === 0) return [`No cluster in ${file} is at a server that an account serves.`];
  return pointed.map(({ context: { name, user }, account }) => {
    const was = user === undefined || user === userOf(account) ? '' : `, was ${user}`;
    return `context ${name}: user ${userOf(account)}${was}`;
  });
}

export const kubernetes: Tool = {
  name: 'kubernetes',
  title: 'Kubernetes',
  programs: ['kubectl', 'k9s', 'helm'],
  plan(context) {
    const files = configFiles(context);
    const { accounts } = context;
    return {
      files: files.map((path) => ({ path, edit: (text) => edit(text, path, context) })),
      links: [],
      lines: ({ before }) => [
        ...files.flatMap((file) => linesFor(before(file), file, accounts)),
        'A cluster that wants the ID token: add --id to the args of its user.',
      ],
      obstacles: () => [],
      warnings: ({ before }) =>
        files.flatMap((file) => {
          const text = before(file);
          if (text === undefined) return [];
          return readKubeconfig(text, file).clusters.flatMap(({ name, server }) => {
            const owner = ownerOfServer(server, accounts);
            if (owner.kind !== 'several') return [];
            return [`${list(owner.accounts)} all serve ${server}: nothing was written for cluster ${name}`];
          });
        }),
    };
  },
  clean(text, known, file) {
    const present = readKubeconfig(text, file);
    const ours = new Set(present.users.filter(isOurs).map(({ name }) => name));
    if (ours.size === 0) return text;
    const previous = new Map(
      known?.before === undefined
        ? []
        : readKubeconfig(known.before, file).contexts.map(({ name, user }) => [name, user] as const),
    );
    const restored = new Map(
      present.contexts
        .filter(({ user }) => user !== undefined && ours.has(user))
        .map(({ name, user }) => {
          const was = previous.get(name);
          return [name, was === user ? undefined : was] as const;
        }),
    );
    return withoutUsers(withContextUsers(text, file, restored), file, ours);
  },
};
