import { parseHost } from '../../config/host.ts';
import { isLoopback } from '../../platform/loopback-host.ts';
import { Secret } from '../../secret.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { urlHint } from '../account-names.ts';
import type { HandedOut, Helper, HelperBroker, ServedAccount } from '../helper.ts';
import { type AccountMatch, matchAccounts } from '../host-match.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';
import { capabilities, chooseForm, formatAnswer } from './git-answer.ts';
import { type GitCredential, parseGitCredential, readRequest } from './git-credential.ts';

/** What git shows in place of a password prompt: it must not go on to ask a person for what they cannot know. */
const stop = 'quit=1\n';

export interface GitHelperOptions {
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/** gitcredentials(7). Operations it does not know are ignored, as git asks of every helper. */
export function createGitHelper({ now }: GitHelperOptions): Helper {
  return {
    protocol: 'git',
    environment: [],
    async serve(call, broker) {
      switch (call.operation) {
        case 'get':
          return get(call, broker, now);
        case 'erase':
          return erase(call, broker);
        case 'store':
          // Read to the end, so that the caller is not cut off while it writes what we do not need.
          await readRequest(call.stdin);
          return 0;
        case 'capability':
          call.stdout(['version 0', ...capabilities.map((name) => `capability ${name}`), ''].join('\n'));
          return 0;
        default:
          return 0;
      }
    },
  };
}

export const gitHelper: Helper = createGitHelper({ now: Date.now });

async function get(call: HelperCall, broker: HelperBroker, now: () => number): Promise<number> {
  const request = await read(call);
  if (request.kind === 'malformed') {
    call.stderr(`keytray: refused a malformed credential request: ${request.reason}`);
    return 1;
  }
  const { credential } = request;
  const match = find(credential, broker);
  if (match.kind === 'none') return 0;

  // Printed back only after it was read: the raw value is the remote's.
  const host = printable(credential.single.get('host') ?? '');
  if (credential.single.get('protocol') === 'http' && !isLoopback(hostOnly(host))) {
    call.stderr(`keytray: ${host} is asked over plain http, where anyone on the way could read the token; use https`);
    return refuse(call);
  }
  if (match.kind === 'ambiguous') {
    call.stderr(ambiguousLine(host, match.accounts, credential));
    return refuse(call);
  }
  return answer(call, broker, { credential, host, account: match.account, now });
}

interface Question {
  readonly credential: GitCredential;
  readonly host: string;
  readonly account: ServedAccount;
  readonly now: () => number;
}

async function answer(call: HelperCall, broker: HelperBroker, question: Question): Promise<number> {
  const { credential, host, account, now } = question;
  let handedOut: HandedOut;
  try {
    handedOut = await broker.handOut(account.id, { host });
  } catch (failure) {
    call.stderr(unavailableLine(failure, account));
    return refuse(call);
  }
  const formatted = formatAnswer(chooseForm(credential, handedOut.tokenType), handedOut, now());
  if (formatted.kind === 'unsafe') {
    call.stderr(oneLine(`keytray: ${account.title}: git cannot carry this ${formatted.key}; nothing was handed out`));
    return refuse(call);
  }
  call.stdout(formatted.text);
  return 0;
}

/** A hint that a value was refused. Whether it still is the current token is the broker's to judge. */
async function erase(call: HelperCall, broker: HelperBroker): Promise<number> {
  const request = await read(call);
  if (request.kind === 'malformed') return 0;
  const { single } = request.credential;
  const value = single.get('credential') || single.get('password');
  if (value === undefined || value === '') return 0;
  const match = find(request.credential, broker);
  const accounts = match.kind === 'one' ? [match.account] : match.kind === 'ambiguous' ? match.accounts : [];
  const rejected = new Secret(value);
  await Promise.allSettled(accounts.map((account) => broker.reportRejected(account.id, rejected)));
  return 0;
}

async function read(call: HelperCall) {
  const input = await readRequest(call.stdin);
  return input.kind === 'malformed' ? input : parseGitCredential(input.bytes);
}

function find({ single }: GitCredential, broker: HelperBroker): AccountMatch {
  const protocol = single.get('protocol') ?? '';
  // git also asks for smtp, imap and client certificates; those are nobody's here.
  if (protocol !== 'https' && protocol !== 'http') return { kind: 'none' };
  return matchAccounts(
    { protocol, host: single.get('host') ?? '', path: single.get('path'), username: single.get('username') },
    broker.served('git'),
  );
}

function refuse(call: HelperCall): number {
  call.stdout(stop);
  return 0;
}

function ambiguousLine(host: string, accounts: readonly ServedAccount[], { single }: GitCredential): string {
  const ids = accounts.map((account) => account.id).join(', ');
  const path = single.get('path') ?? '';
  const hint = urlHint(host, accounts, single.get('username'));
  const what =
    path === ''
      ? `${host} and git did not say which repository it wants; run: keytray setup git, or ${hint}`
      : `this repository of ${host}; ${hint}`;
  return oneLine(`keytray: ${ids} all answer for ${what}`);
}

function printable(host: string): string {
  const address = parseHost(host);
  if (address === undefined) return '';
  return address.port === undefined ? address.host : `${address.host}:${address.port}`;
}

function hostOnly(host: string): string {
  return parseHost(host)?.host ?? '';
}
