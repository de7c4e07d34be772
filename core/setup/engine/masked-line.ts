/** Words of configuration files that say nothing of a person: keys, sections, and what tools call their parts. */
const harmless = `
  true false null yes no on off https http
  credential helper useHttpPath insteadOf url user name email include includeIf path
  credHelpers credsStore auths auth HttpHeaders currentContext docker registry
  apiVersion kind Config v1 clusters cluster contexts context users exec args command env interactiveMode Never
  IfAvailable Always provideClusterInfo installHint server namespace preferences current-context
  client.authentication.k8s.io v1beta1 get kubernetes keytray --account --role --id
  profile default credential_process region output aws arn iam role
  registries registry credential-provider global-credential-providers index token cargo
  global install keyring-provider index-url extra-index-url import disabled auto
  tokenHelper _authToken always-auth
  GOAUTH go netrc git build common fetch --credential_helper credentials credentials_helper host config
  DEV NULL dev
`
  .trim()
  .split(/\s+/);

/** Keys whose values are masked even where a word of ours stands there. */
const secretValue =
  /((?<![A-Za-z])_?(?:auth|authToken|password|_password|identitytoken|registrytoken|token|secret|client-key-data|aws_secret_access_key|aws_session_token)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,}]+)/g;

/** A run without blanks, quotes and brackets, and the pieces of one: `--role=arn:aws:…` is as known as its parts. */
const run = /[^\s"'{}[\],;<>()]+/g;
const separator = /[:=/\\@|!]+/;

/** Shows of a line only what is ours or known to be harmless: a value of another may be a secret, whatever its key. */
export type Mask = (line: string) => string;

/** `ours`: texts that set-up writes, such as paths of our programs, hosts, and accounts. */
export function maskFor(ours: readonly string[]): Mask {
  const known = new Set(['', '-', '#', '&', '*', '…', '=', ':', '.', '---', '...', ...harmless]);
  for (const text of ours)
    for (const word of text.match(run) ?? []) for (const piece of word.split(separator)) known.add(piece);
  const shown = (word: string): string => {
    const pieces = word.split(separator);
    if (pieces.every((piece) => known.has(piece))) return word;
    const [, key, equals] = /^(-*[\w.-]+)([:=]).+$/.exec(word) ?? [];
    return key !== undefined && known.has(key) ? `${key}${equals}…` : '…';
  };
  return (line) =>
    line
      .replace(secretValue, '$1…')
      .replace(run, shown)
      .replace(/…(?:[ \t,;]+…)+/g, '…');
}
