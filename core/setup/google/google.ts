import { basename, dirname, join } from 'node:path';
import { shellWord } from '../../platform/command-words.ts';
import { isObject, parseObject, setIn } from '../engine/json-text.ts';
import type { SetupAccount, SetupContext, Tool } from '../engine/tool.ts';
import { keytrayCommand, plainPath } from '../engine/words.ts';

interface Credential {
  readonly account: string;
  readonly audience: string;
  /** Of its file. */
  readonly name: string;
}

export function credentialsOf(accounts: readonly SetupAccount[]): readonly Credential[] {
  return accounts.flatMap(({ id, serves }) =>
    (serves.google ?? []).map((audience, index) => ({
      account: id,
      audience,
      name: index === 0 ? `${id}.json` : `${id}-${index + 1}.json`,
    })),
  );
}

/** Google's `external_account` with an executable source (AIP-4117). */
function edit(text: string | undefined, file: string, { audience, account }: Credential, command: string): string {
  const idToken = 'urn:ietf:params:oauth:token-type:id_token';
  const wanted: readonly (readonly [readonly string[], unknown])[] = [
    [['type'], 'external_account'],
    [['audience'], audience],
    [['subject_token_type'], idToken],
    [['token_url'], 'https://sts.googleapis.com/v1/token'],
    [['credential_source'], { executable: { command: `${command} --account=${account}`, timeout_millis: 30_000 } }],
  ];
  const present = parseObject(text ?? '', file);
  // A person may have reason to change these two; what else they add, an account to impersonate, stays as well.
  const theirs = ['subject_token_type', 'token_url'].filter((name) => name in present);
  return wanted
    .filter(([[name = '']]) => !theirs.includes(name))
    .reduce((edited, [path, value]) => setIn(edited, path, value), text ?? '');
}

/** Wherever Google's libraries run: gcloud, the SDKs, Terraform. */
export const google: Tool = {
  name: 'google',
  title: 'Google Cloud',
  programs: [],
  ownsItsFiles: true,
  couldName: (file, context) =>
    dirname(file) === context.look.real(join(context.configFolder, 'google')) &&
    /^[a-z0-9][a-z0-9._@-]*\.json$/.test(basename(file)),
  plan(context: SetupContext) {
    const folder = join(context.configFolder, 'google');
    const credentials = credentialsOf(context.accounts);
    const path = ({ name }: Credential): string => join(folder, name);
    const command = (): string => `${plainPath(keytrayCommand(context), 'Google')} helper google get`;
    return {
      files: credentials.map((credential) => ({
        path: path(credential),
        edit: (text) => edit(text, path(credential), credential, command()),
      })),
      links: [],
      lines: () => [
        'Then, in the shell that runs your program:',
        '  export GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1',
        ...credentials.map((credential) => `  export GOOGLE_APPLICATION_CREDENTIALS=${shellWord(path(credential))}`),
      ],
      obstacles: () => [],
      warnings: () => {
        const other = context.env.GOOGLE_APPLICATION_CREDENTIALS;
        const known = other === undefined || credentials.some((credential) => path(credential) === other);
        return known ? [] : ['GOOGLE_APPLICATION_CREDENTIALS names another file'];
      },
    };
  },
  clean(text, known, file) {
    const { credential_source: source } = parseObject(text, file);
    const executable = isObject(source) ? source.executable : undefined;
    const command = isObject(executable) ? executable.command : undefined;
    if (typeof command !== 'string' || !/\/keytray helper google get /.test(command)) return text;
    const rest = setIn(text, ['credential_source'], undefined);
    return known?.before === undefined && Object.keys(parseObject(rest, file)).length === 0 ? undefined : rest;
  },
};
