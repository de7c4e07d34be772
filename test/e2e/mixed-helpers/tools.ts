import path from 'node:path';
import { program, repository } from '../../support/keytray.ts';

/** A helper as its tool calls it, and where the token stands in what it prints. */
export interface Tool {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly env: Readonly<Record<string, string>>;
  /** Undefined where there is none. */
  tokenIn(stdout: string): string | undefined;
}

export const host = 'tools.lab.example';
const url = `https://${host}/`;

/** What the account lists. */
export const lists: readonly string[] = [
  ...['docker', 'kubernetes', 'cargo', 'pip', 'npm', 'bazel', 'terraform', 'go', 'curl', 'mail', 'postgres'].map(
    (family) => `${family}: [${host}]`,
  ),
];

const plain = (stdout: string) => /^(\S+)\n$/.exec(stdout)?.[1];
const bearer = (stdout: string) => /^(?:Authorization: )?Bearer (\S+)\n$/m.exec(stdout)?.[1];
const json = (read: (answer: Answer) => unknown) => (stdout: string) => {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  const found = read(JSON.parse(last) as Answer);
  return typeof found === 'string' ? found.replace(/^Bearer /, '') : undefined;
};

/** Of all the tools that speak JSON. */
interface Answer {
  readonly Secret?: string;
  readonly token?: string;
  readonly status?: { readonly token?: string };
  readonly Ok?: { readonly token?: string };
  readonly headers?: { readonly Authorization?: readonly string[] };
}

function tool(
  name: string,
  args: readonly string[],
  tokenIn: Tool['tokenIn'],
  more: { readonly input?: string; readonly env?: Readonly<Record<string, string>>; readonly file?: string } = {},
): Tool {
  return { name, file: more.file ?? program(name), args, tokenIn, input: more.input ?? '', env: more.env ?? {} };
}

/** `keytray helper …`, for protocols without a program of their own. */
function helper(...args: readonly string[]) {
  return (tokenIn: Tool['tokenIn'], env: Readonly<Record<string, string>> = {}): Tool =>
    tool(`keytray helper ${args[0]}`, ['helper', ...args], tokenIn, { file: program('keytray'), env });
}

const execInfo = {
  apiVersion: 'client.authentication.k8s.io/v1',
  kind: 'ExecCredential',
  spec: { cluster: { server: url }, interactive: false },
};
const registry = { v: 1, registry: { 'index-url': `sparse+${url}`, name: 'lab' }, kind: 'get', operation: 'read' };

export const tools: readonly Tool[] = [
  tool('git-credential-keytray', ['get'], (stdout) => /^password=(.*)$/m.exec(stdout)?.[1], {
    input: `protocol=https\nhost=${host}\n\n`,
  }),
  tool(
    'docker-credential-keytray',
    ['get'],
    json(({ Secret }) => Secret),
    { input: host },
  ),
  tool(
    'cargo-credential-keytray',
    ['--cargo-plugin'],
    json(({ Ok }) => Ok?.token),
    {
      input: `${JSON.stringify(registry)}\n`,
    },
  ),
  tool(
    'bazel-credential-keytray',
    ['get'],
    json(({ headers }) => headers?.Authorization?.[0]),
    {
      input: JSON.stringify({ uri: url }),
    },
  ),
  tool(
    'terraform-credentials-keytray',
    ['get', host],
    json(({ token }) => token),
  ),
  tool('npm-token-keytray', [], bearer),
  tool('askpass-keytray', [`Password for 'https://${host}': `], plain),
  tool('keyring', ['get', url, 'ada'], plain, { file: path.join(repository, 'out/libexec/keyring') }),
  helper(
    'kubernetes',
    'get',
    '--account=lab',
  )(
    json(({ status }) => status?.token),
    {
      KUBERNETES_EXEC_INFO: JSON.stringify(execInfo),
    },
  ),
  helper('go', 'get', `${url}mod`)(bearer),
  helper('curl', 'header', url)(bearer),
  helper('postgres', 'pgpass', `--host=${host}`)((stdout) => /:([^:\n]+)\n$/.exec(stdout)?.[1]),
  helper('mail', 'get', `--host=${host}`)(plain),
  helper('raw', 'get', '--account=lab')(plain),
  helper('header', 'get', '--account=lab')(bearer),
  helper('env', 'get', '--account=lab')((stdout) => /^LAB_TOKEN=(\S+)\n$/.exec(stdout)?.[1]),
];
