/** `keyring [OPTIONS] get SERVICE [USER]` as pip, uv and people write it; everything else is another keyring's. */
export interface KeyringGet {
  readonly service: string;
  readonly username: string | undefined;
  /** `creds`: the user name as well. */
  readonly mode: 'password' | 'creds';
  readonly output: 'plain' | 'json';
}

/** Undefined for every other operation and for options we do not know. */
export function readKeyringGet(argv: readonly string[]): KeyringGet | undefined {
  let mode = 'password';
  let output = 'plain';
  const words: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (!argument.startsWith('-')) {
      words.push(argument);
      continue;
    }
    const option = /^--(mode|output)(?:=(.*))?$/.exec(argument);
    if (option === null) return undefined;
    if (option[2] === undefined) index += 1;
    const value = option[2] ?? argv[index] ?? '';
    if (option[1] === 'mode') mode = value;
    else output = value;
  }
  const [operation, service, username, ...more] = words;
  if (operation !== 'get' || service === undefined || more.length > 0) return undefined;
  if (mode !== 'password' && mode !== 'creds') return undefined;
  if (output !== 'plain' && output !== 'json') return undefined;
  // Without a user there is no password to ask for, only a pair of both.
  return username === undefined && mode === 'password' ? undefined : { service, username, mode, output };
}

export function formatKeyringAnswer(asked: KeyringGet, username: string, password: string): string {
  if (asked.output === 'json') {
    return `${JSON.stringify(asked.mode === 'creds' ? { username, password } : { password })}\n`;
  }
  return asked.mode === 'creds' ? `${username}\n${password}\n` : `${password}\n`;
}
