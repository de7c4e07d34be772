import { RoleFailure, type RoleRequest } from '../../credentials/aws-role.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { chooseForName, notListedLine } from '../chosen-account.ts';
import type { Helper, HelperBroker, ServedAccount } from '../helper.ts';
import { readOptions } from '../options.ts';
import { tokenText } from '../token-text.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';
import { formatRoleCredentials } from './aws-answer.ts';

/**
 * `get` and `credential-process` are for `credential_process`: temporary keys of a role, or those that a service gives
 * of its own. `token-file` prints the ID token for a file that
 * `web_identity_token_file` names; `exec … -- COMMAND` runs a command with such a file that is on no disk.
 */
export const awsHelper: Helper = {
  protocol: 'aws',
  environment: [],
  async serve(call, broker) {
    const read = readQuestion(call, broker);
    if (read.kind === 'refused') {
      call.stderr(oneLine(read.line));
      return read.status;
    }
    try {
      return await answer(call, broker, read);
    } catch (failure) {
      const { account } = read.kind === 'question' ? read.question : read;
      const ofAws = failure instanceof RoleFailure;
      call.stderr(ofAws ? oneLine(`keytray: ${account.title}: ${failure.message}`) : unavailableLine(failure, account));
      return 1;
    }
  },
};

async function answer(
  call: HelperCall,
  broker: HelperBroker,
  read: Exclude<ReadQuestion, { kind: 'refused' }>,
): Promise<number> {
  if (read.kind === 'own_keys') return await printOwnKeys(call, broker, read.account);
  const { question } = read;
  switch (question.operation) {
    case 'get':
    case 'credential-process':
      return await printKeys(call, broker, question);
    case 'token-file':
      return await printToken(call, broker, question);
    case 'exec':
      return await execute(call, broker, question);
  }
}

const keyOptions = ['account', 'role', 'session-name', 'duration', 'region', 'token'] as const;
const optionsOf = {
  get: keyOptions,
  'credential-process': keyOptions,
  'token-file': ['account', 'role', 'token'],
  exec: [...keyOptions, 'way'],
} as const;
type Operation = keyof typeof optionsOf;

interface Question {
  readonly operation: Operation;
  readonly account: ServedAccount;
  /** Undefined for `token-file` alone, where the file's reader says which. */
  readonly role: string | undefined;
  readonly session: Pick<RoleRequest, 'sessionName' | 'duration' | 'region' | 'token'>;
  readonly command: readonly string[];
  /** How a command gets its keys: with the token in a file, or from an address that goes on giving them. */
  readonly way: 'file' | 'endpoint';
}

type ReadQuestion =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'own_keys'; readonly account: ServedAccount }
  | { readonly kind: 'refused'; readonly line: string; readonly status: 1 | 2 };

function readQuestion(call: HelperCall, broker: HelperBroker): ReadQuestion {
  const { operation } = call;
  if (!isOperation(operation)) return usage('aws knows get, credential-process, token-file and exec');
  const options = readOptions(call.argv, optionsOf[operation]);
  if (options.kind === 'unknown') return usage(`unknown argument ${options.argument}`);
  const { values } = options;
  const command = options.words.slice(1);
  const role = values.get('role');
  if ((operation === 'exec') !== command.length > 0) {
    return usage(operation === 'exec' ? 'write the command after --' : `unknown argument ${command[0]}`);
  }
  const own = readOwnKeys(operation, values, broker);
  if (own !== undefined) return own;
  if (role === undefined && operation !== 'token-file') return usage('say which role with --role=ARN');
  if (command[0]?.includes('=') === true) return usage('the command has a = in its name');
  const id = values.get('account');
  const chosen = chooseForName(broker, { family: 'aws', id, name: role });
  if (chosen.kind === 'refused') return { ...chosen, status: 1 };
  if (chosen.kind === 'not_listed') {
    return { kind: 'refused', line: notListedLine({ family: 'aws', id }, role), status: 1 };
  }

  const { account } = chosen;
  const sessionName = values.get('session-name') ?? `keytray-${account.id}`.slice(0, 64);
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) return usage('--session-name is 2 to 64 of letters, digits and +=,.@_-');
  const duration = values.get('duration');
  if (duration !== undefined && !isDuration(duration)) return usage('--duration is 900 to 43200 seconds');
  const token = values.get('token') ?? 'id';
  if (token !== 'id' && token !== 'access') return usage('--token is id or access');
  const way = values.get('way') ?? 'file';
  if (way !== 'file' && way !== 'endpoint') return usage('--way is file or endpoint');
  const session = {
    sessionName,
    duration: duration === undefined ? undefined : Number(duration),
    region: values.get('region'),
    token,
  } as const;
  return { kind: 'question', question: { operation, account, role, session, command, way } };
}

/** The account's own keys, where its service gives such: they are the same whatever is asked for beside. */
function readOwnKeys(
  operation: Operation,
  values: ReadonlyMap<string, string>,
  broker: HelperBroker,
): ReadQuestion | undefined {
  const account = broker.named(values.get('account') ?? '');
  if (account?.ownAwsKeys !== true) return undefined;
  if (operation !== 'get' && operation !== 'credential-process') {
    return usage(`${account.title} gives keys of its own: use credential-process`);
  }
  if (values.size > 1) return usage(`${account.title} gives keys of its own: leave out all but --account`);
  return { kind: 'own_keys', account };
}

async function printOwnKeys(call: HelperCall, broker: HelperBroker, account: ServedAccount): Promise<number> {
  return print(call, account, formatRoleCredentials(await broker.ownAwsKeys(account.id), undefined));
}

async function printKeys(call: HelperCall, broker: HelperBroker, question: Question): Promise<number> {
  const { account, role = '', session } = question;
  const credentials = await broker.assumeRole(account.id, { role, ...session });
  return print(call, account, formatRoleCredentials(credentials, role));
}

function print(call: HelperCall, account: ServedAccount, answer: string | undefined): number {
  if (answer === undefined) return refuseToken(call, account);
  call.stdout(answer);
  return 0;
}

async function printToken(call: HelperCall, broker: HelperBroker, question: Question): Promise<number> {
  const { account, role, session } = question;
  const handedOut = await broker.handOut(account.id, { host: role ?? account.hosts.join(' '), token: session.token });
  const text = tokenText(handedOut.token);
  if (text === undefined) return refuseToken(call, account);
  // Without a line end: what reads the file sends it to AWS as it is.
  call.stdout(text);
  return 0;
}

async function execute(call: HelperCall, broker: HelperBroker, question: Question): Promise<number> {
  const { account, role = '', session, command, way } = question;
  const [name = '', ...argv] = command;
  // The client looks names up on PATH; a path is for env(1).
  const program = name.includes('/') ? { name: 'env', argv: command } : { name, argv };
  if (way === 'endpoint') {
    const { url, authorization } = await broker.openRoleEndpoint(account.id, { role, ...session });
    const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: url };
    call.become({ ...program, variables, files: { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: authorization } });
    return 0;
  }
  const { token } = await broker.handOut(account.id, { host: role, token: session.token });
  if (tokenText(token) === undefined) return refuseToken(call, account);
  const variables = { AWS_ROLE_ARN: role, AWS_ROLE_SESSION_NAME: session.sessionName };
  call.become({ ...program, variables, files: { AWS_WEB_IDENTITY_TOKEN_FILE: token } });
  return 0;
}

function refuseToken(call: HelperCall, account: ServedAccount): number {
  call.stderr(oneLine(`keytray: ${account.title}: AWS cannot be given this token`));
  return 1;
}

const isOperation = (operation: string): operation is Operation => Object.hasOwn(optionsOf, operation);
const isDuration = (text: string): boolean => /^\d{3,5}$/.test(text) && Number(text) >= 900 && Number(text) <= 43_200;

function usage(line: string): ReadQuestion {
  return { kind: 'refused', line: `keytray: ${line}`, status: 2 };
}
