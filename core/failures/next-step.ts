import type { FailureCode, Fix, KeytrayError } from '../errors.ts';

/** What a failure tells of its cure; also as it crossed the socket. */
export type Curable = Pick<KeytrayError, 'code' | 'message' | 'account' | 'fix' | 'advice'>;

interface Step {
  /** What to do. Followed by the command, or a full stop. */
  readonly words: string;
  /** `ACCOUNT` stands for the account. */
  readonly command?: string;
  /** The words where a button stands in the place of the command; default: the same. */
  readonly withButton?: string;
}

const setSecret = 'keytray accounts set-secret ACCOUNT';
const show = 'keytray accounts show ACCOUNT';
const login = 'keytray login ACCOUNT';

const stepOfFix: Readonly<Record<Fix, Step>> = {
  answer_prompt: { words: 'Answer the prompt of the keychain if one is open, then try again' },
  check_address: { words: "Check your network and the server's address", command: show },
  check_certificate: { words: 'If the server has a CA of its own, name its file in tls.ca of the account' },
  check_client: { words: 'Check the client ID; if the client has a secret, store it', command: setSecret },
  check_client_secret: {
    words: 'Store the right client secret, or remove the stored one with --remove',
    command: setSecret,
    withButton: 'Store the right client secret, or remove the stored one',
  },
  check_scopes: { words: 'Check the scopes of the account', command: show },
  choose_passphrase: { words: 'Choose a longer passphrase; nothing was changed' },
  create_encrypted_file: { words: 'Create it', command: 'keytray unlock' },
  no_client_secret: { words: 'Nothing was stored. See the client', command: show },
  paste_address: { words: 'Sign in with a browser on any machine', command: `${login} --paste` },
  renew_sign_in: { words: 'Enter it again', command: `${login} --renew` },
  run_without_sudo: { words: 'Run it without sudo' },
  set_client_secret: { words: 'Store the client secret', command: setSecret },
  sign_in: { words: 'Sign in', command: login },
  unlock_encrypted_file: { words: 'Unlock it', command: 'keytray unlock' },
  unlock_keychain: {
    words:
      process.platform === 'darwin'
        ? 'Unlock it in Keychain Access, or over SSH with security unlock-keychain'
        : 'Unlock the login keyring in your desktop, or over SSH with gnome-keyring-daemon --unlock',
  },
};

/** Where neither a fix nor an advice is given; `withAccount`: where the failure is of one account. */
const stepOfCode: Readonly<Record<FailureCode, Step & { readonly withAccount?: Step }>> = {
  unknown_account: { words: 'See which accounts there are', command: 'keytray accounts list' },
  unknown_login: { words: 'Start a new sign-in', command: login },
  not_found: {
    words: 'The running Keytray may be older than this command; start it again',
    command: 'keytray restart',
  },
  login_required: stepOfFix.sign_in,
  identity_mismatch: {
    words: 'Sign in as the expected person, or accept this one',
    command: `${login} --switch`,
  },
  misconfigured: {
    words: 'Correct the configuration; Keytray reads it again by itself',
    withAccount: { words: "Compare the account with the server's registration", command: show },
  },
  access_denied: {
    words: 'Run it as the user who started Keytray',
    withAccount: { words: 'Ask for access at the service, or sign in as someone else', command: `${login} --switch` },
  },
  temporarily_unavailable: { words: 'Try again in a moment' },
  keychain_locked: stepOfFix.unlock_keychain,
  keychain_absent: {
    words: 'Start a keychain such as gnome-keyring, or set store: encrypted-file for the account',
  },
  invalid_request: { words: 'See what the command takes', command: 'keytray help' },
  payload_too_large: { words: 'Send less' },
  no_broker: { words: 'Start it', command: 'keytray start' },
  internal_error: { words: 'Try again; if it happens again, see the log of the agent' },
};

function stepOf({ code, account, fix }: Curable): Step {
  if (fix !== undefined) return stepOfFix[fix];
  const step = stepOfCode[code];
  return account === undefined ? step : (step.withAccount ?? step);
}

/** What to do, on one line: the second line of every failure on a terminal. */
export function nextStep(failure: Curable): string {
  if (failure.advice !== undefined) return sentence(failure.advice);
  const { words } = stepOf(failure);
  const command = commandOf(failure);
  return command === undefined ? sentence(words) : `${words}: ${command}`;
}

/** What to do, in a sentence without a command, for surfaces that have buttons. */
export function whatToDo(failure: Curable): string {
  if (failure.advice !== undefined) return sentence(failure.advice);
  const { words, withButton = words } = stepOf(failure);
  return sentence(withButton);
}

/** What happened and the cure, for tools that show one line: without a full stop. */
export function oneLineOf(failure: Curable): string {
  const { message, advice, fix, code } = failure;
  if (advice !== undefined) return `${message}; ${lowered(advice).replace(/\.$/, '')}`;
  // The general words of a code would only lengthen the line.
  if (fix === undefined && code !== 'login_required') return message;
  const command = commandOf(failure);
  return command === undefined ? `${message}; ${lowered(stepOf(failure).words)}` : `${message}: ${command}`;
}

function commandOf(failure: Curable): string | undefined {
  return stepOf(failure).command?.replace('ACCOUNT', failure.account ?? 'ACCOUNT');
}

const sentence = (words: string): string => (words.endsWith('.') ? words : `${words}.`);

/** `GOENV=off` and other names keep their capitals. */
const lowered = (words: string): string =>
  /^[A-Z][a-z]/.test(words) ? `${words.charAt(0).toLowerCase()}${words.slice(1)}` : words;
