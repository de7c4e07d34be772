import { usageFailure } from '../failure.ts';

/** A program that takes the secret on its standard input. */
export interface TakingCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** It opens standard input by its name, which a socket does not allow: it needs a pipe. */
  readonly opensStdin?: true;
  /** Asked first, without the secret: the command is for where it succeeds, `otherwise` for where not. */
  readonly exists?: readonly string[];
  readonly otherwise?: readonly string[];
  /** What takes what it prints, which holds the secret too. */
  readonly into?: { readonly program: string; readonly args: readonly string[] };
}

export interface TargetWords {
  readonly words: readonly string[];
  readonly namespace?: string | undefined;
  /** The name it is kept under there. */
  readonly name: string;
}

export const targetNames = ['github', 'aws-secrets-manager', 'kubectl', 'databricks', 'env'] as const;
export type TargetName = (typeof targetNames)[number];

/** What stands behind the name of a target. */
const usage: Readonly<Record<Exclude<TargetName, 'env'>, string>> = {
  github: 'github OWNER/REPO [NAME]',
  'aws-secrets-manager': 'aws-secrets-manager NAME',
  kubectl: 'kubectl NAME [--namespace N]',
  databricks: 'databricks SCOPE KEY',
};

/** A word never begins with a dash: a program would take it for an option. */
function checked(target: Exclude<TargetName, 'env'>, word: string | undefined, shape: RegExp): string {
  if (word !== undefined && shape.test(word) && !word.startsWith('-')) return word;
  const what = word === undefined ? 'something is missing' : `not a name that ${target} takes: ${word}`;
  throw usageFailure(what, `Write: keytray hand-over ACCOUNT ${usage[target]}`);
}

/** The command that puts a secret there. Pure: the secret is no part of it. Throws a usage failure. */
export function commandFor(target: Exclude<TargetName, 'env'>, { words, namespace, name }: TargetWords): TakingCommand {
  const most = target === 'github' || target === 'databricks' ? 2 : 1;
  if (words.length > most)
    throw usageFailure('too many arguments', `Write: keytray hand-over ACCOUNT ${usage[target]}`);
  const [first, second] = words;
  switch (target) {
    case 'github': {
      const repository = checked(target, first, /^(?:[\w.-]+\/)?[\w.-]+\/[\w.-]+$/);
      const secret = checked(target, second ?? name, /^[A-Za-z_]\w*$/);
      return { program: 'gh', args: ['secret', 'set', secret, '--repo', repository] };
    }
    case 'aws-secrets-manager': {
      const secret = checked(target, first, /^[\w/+=.@:-]{1,512}$/);
      const value = ['--secret-string', 'file:///dev/stdin'];
      return {
        program: 'aws',
        args: ['secretsmanager', 'put-secret-value', '--secret-id', secret, ...value],
        exists: ['secretsmanager', 'describe-secret', '--secret-id', secret],
        otherwise: ['secretsmanager', 'create-secret', '--name', secret, ...value],
        opensStdin: true,
      };
    }
    case 'kubectl': {
      const secret = checked(target, first, /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/);
      const key = checked(target, name, /^[\w.-]+$/);
      const place = namespace === undefined ? [] : ['--namespace', checked(target, namespace, /^[a-z0-9-]{1,63}$/)];
      return {
        program: 'kubectl',
        args: [
          ...['create', 'secret', 'generic', secret, ...place, `--from-file=${key}=/dev/stdin`],
          ...['--dry-run=client', '-o', 'yaml'],
        ],
        opensStdin: true,
        // By the server: applied by the client, the secret would stand in an annotation as well.
        into: { program: 'kubectl', args: ['apply', '--server-side', '--field-manager=keytray', ...place, '-f', '-'] },
      };
    }
    case 'databricks': {
      const scope = checked(target, first, /^[\w.@ -]{1,128}$/);
      const key = checked(target, second, /^[\w.-]{1,128}$/);
      return { program: 'databricks', args: ['secrets', 'put-secret', scope, key] };
    }
  }
}
