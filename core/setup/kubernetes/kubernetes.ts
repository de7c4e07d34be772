import { delimiter, join, resolve } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import type { JsonObject } from '../engine/json-text.ts';
import { type Owner, ownerOf } from '../engine/served.ts';
import type { PlannedTexts, SetupAccount, SetupContext, Tool } from '../engine/tool.ts';
import { keytrayCommand, list } from '../engine/words.ts';
import { changedKubeconfig, type KubeContext, type Kubeconfig, type KubeUser, readKubeconfig } from './kubeconfig.ts';

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

/** What one file of `KUBECONFIG` says that kubectl believes: of two entries of one name, the first file's counts. */
interface Believed {
  readonly clusters: Kubeconfig['clusters'];
  readonly contexts: readonly KubeContext[];
}

/** `read`: the text of each file, in the order of `KUBECONFIG`. */
function believedIn(file: string, files: readonly string[], read: (file: string) => string | undefined): Believed {
  const clusters = new Map<string, Kubeconfig['clusters'][number]>();
  const earlier = new Set<string>();
  let contexts: readonly KubeContext[] = [];
  for (const path of files) {
    const found = readAny(read(path), path, path === file);
    for (const cluster of found.clusters) if (!clusters.has(cluster.name)) clusters.set(cluster.name, cluster);
    if (path === file) contexts = found.contexts.filter(({ name }) => !earlier.has(name));
    else if (files.indexOf(path) < files.indexOf(file)) for (const { name } of found.contexts) earlier.add(name);
  }
  return { clusters: [...clusters.values()], contexts };
}

/** A mistake in another file is told when that one is edited. */
function readAny(text: string | undefined, file: string, strict: boolean): Kubeconfig {
  const none = { clusters: [], contexts: [], users: [] };
  if (text === undefined) return none;
  try {
    return readKubeconfig(text, file);
  } catch (error) {
    if (strict || !(error instanceof KeytrayError)) throw error;
    return none;
  }
}

/** The contexts whose cluster an account serves. */
function pointedIn({ clusters, contexts }: Believed, accounts: readonly SetupAccount[]): readonly Pointed[] {
  const owners = new Map(clusters.map(({ name, server }) => [name, ownerOfServer(server, accounts)]));
  return contexts.flatMap((context) => {
    const owner = owners.get(context.cluster);
    return owner?.kind === 'one' ? [{ context, account: owner.account }] : [];
  });
}

/** An entry of `users` that runs a credential plugin, with what a person added to the one that is there. */
function entryOf(account: string, command: string, present: KubeUser | undefined): JsonObject {
  const ours = ['helper', 'kubernetes', 'get', `--account=${account}`];
  const added = present === undefined ? [] : present.command.slice(1).filter((word) => !ours.includes(word));
  const fresh = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    args: [],
    interactiveMode: 'Never',
    provideClusterInfo: true,
  };
  const exec = { ...fresh, ...present?.exec, command, args: [...ours, ...added] };
  return { ...present?.entry, name: userOf(account), user: { exec } };
}

function edit(
  text: string | undefined,
  current: string | undefined,
  file: string,
  believed: Believed,
  context: SetupContext,
): string | undefined {
  if (text === undefined) return undefined;
  const pointed = pointedIn(believed, context.accounts);
  if (pointed.length === 0) return text;
  const present = readAny(current, file, false).users.filter(isOurs);
  // Ours have been taken out of the text: whatever has the name now is somebody else's.
  const names = new Set(pointed.map(({ account }) => userOf(account)));
  const foreign = readKubeconfig(text, file).users.find(({ name }) => names.has(name));
  if (foreign !== undefined) {
    const message = `${file}: user ${foreign.name} already exists and was not created by Keytray`;
    throw new KeytrayError('misconfigured', message, { advice: 'Rename that user, then set Kubernetes up again.' });
  }
  const added = [...new Set(pointed.map(({ account }) => account))].map((account) =>
    entryOf(
      account,
      keytrayCommand(context),
      present.find(({ name }) => name === userOf(account)),
    ),
  );
  return changedKubeconfig(text, file, {
    contexts: new Map(pointed.map(({ context: { name }, account }) => [name, userOf(account)])),
    removed: new Set(added.map(({ name }) => String(name))),
    added,
  });
}

function linesFor(file: string, believed: Believed, accounts: readonly SetupAccount[]): readonly string[] {
  const pointed = pointedIn(believed, accounts);
  if (pointed.length === 0) return [`No cluster in ${file} is at a server that an account serves.`];
  return pointed.map(({ context: { name, user }, account }) => {
    const was = user === undefined || user === userOf(account) ? '' : `, was ${user}`;
    return `context ${name}: user ${userOf(account)}${was}`;
  });
}

/** By the name of the context; one that was renamed since (`kubectl config rename-context`) is known by its cluster. */
function previousUser(
  { name, cluster }: KubeContext,
  previous: readonly KubeContext[],
  present: readonly KubeContext[],
): string | undefined {
  const same = previous.find((context) => context.name === name);
  if (same !== undefined) return same.user;
  const gone = previous.filter((context) => {
    return context.cluster === cluster && !present.some((other) => other.name === context.name);
  });
  const users = new Set(gone.map(({ user }) => user));
  return users.size === 1 ? gone[0]?.user : undefined;
}

export const kubernetes: Tool = {
  name: 'kubernetes',
  title: 'Kubernetes',
  programs: ['kubectl', 'k9s', 'helm'],
  plan(context) {
    const files = configFiles(context);
    const { accounts } = context;
    const linesOf = (file: string, before: PlannedTexts['before']): readonly string[] =>
      before(file) === undefined
        ? [`${file} is not there.`]
        : linesFor(file, believedIn(file, files, before), accounts);
    return {
      files: files.map((path) => ({
        path,
        edit: (text, current) => {
          const believed = believedIn(path, files, (file) => (file === path ? text : context.look.read(file)));
          return edit(text, current, path, believed, context);
        },
      })),
      links: [],
      lines: ({ before }) => [
        ...files.flatMap((file) => linesOf(file, before)),
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
    const previous = known?.before === undefined ? [] : readKubeconfig(known.before, file).contexts;
    const restored = new Map(
      present.contexts
        .filter(({ user }) => user !== undefined && ours.has(user))
        .map((context) => {
          const was = previousUser(context, previous, present.contexts);
          return [context.name, was === context.user ? undefined : was] as const;
        }),
    );
    return changedKubeconfig(text, file, { contexts: restored, removed: ours, added: [] });
  },
};
