import { domainToASCII } from 'node:url';
import { servedHosts } from '../../core/config/resolve.ts';
import { KeytrayError } from '../../core/errors.ts';
import { commandWords } from '../../core/platform/command-words.ts';
import type { AccountSettings, Service } from '../../core/services/service.ts';
import type { ToolFamily } from '../../core/services/shapes.ts';
import { plainText, printable } from '../../core/untrusted/plain-text.ts';
import type { RequestOf } from '../../ipc/contract.ts';

/** What the person is asked before something a page wants is done. Plain text, fit to show. */
export interface BoxQuestion {
  readonly title: string;
  /** One fact a line: what it is now, and what it will be. */
  readonly details: readonly string[];
  /** The words of the button that agrees; the other is Cancel. */
  readonly agree: string;
}

export interface Question extends BoxQuestion {
  readonly account: string;
}

/** More would push the buttons off a small screen, or hide what matters among what does not. */
const mostCharacters = 2_400;
const longestKnown = 300;

type Serves = AccountSettings['serves'];

/** Undefined where the account answers for nothing that it does not answer for already. Hosts are compared as written. */
export function servesQuestion(
  { id, title, serves }: Pick<AccountSettings, 'id' | 'title' | 'serves'>,
  family: ToolFamily,
  next: readonly string[],
): Question | undefined {
  const now = serves[family] ?? [];
  const added = next.filter((host) => !now.includes(host));
  if (added.length === 0) return undefined;
  return question({
    account: id,
    title: `Let ${family} use ${id} at more places?`,
    details: [
      ...accountLine(id, title),
      `Now: ${now.length === 0 ? 'nowhere' : plainText(now.join(', '), longestKnown)}`,
      `New: ${added.map(shownHost).join(', ')}`,
      ...removedLine(now.filter((host) => !next.includes(host))),
      `${family} sends credentials of this account to these places.`,
    ],
    agree: 'Add them',
  });
}

/** Undefined where no other program than now, or the system's own browser, is going to be started. */
export function browserQuestion(
  { id, title, browser }: Pick<AccountSettings, 'id' | 'title' | 'browser'>,
  next: string | null,
): Question | undefined {
  if (next === null || next === browser) return undefined;
  return question({
    account: id,
    title: `Run another program to sign in to ${id}?`,
    details: [
      ...accountLine(id, title),
      `Now: ${browser === undefined ? 'the browser of this system' : plainText(browser, longestKnown)}`,
      `New: ${shownCommand(next)}`,
      'Every sign-in of this account runs this program. It is given an address that starts the sign-in.',
    ],
    agree: 'Use this program',
  });
}

/** A new account always asks: it says where people sign in, and which tools get what comes of it. */
export function accountQuestion(request: RequestOf<'addAccount'>, service: Service): Question {
  const { account, grant, url, audience, issuer, authorizationEndpoint, tokenEndpoint, scopes } = request;
  const serves = servedHosts(
    {
      issuer,
      url,
      settings: request.settings,
      endpoints: { ...noEndpoints, authorizationEndpoint, tokenEndpoint },
      serves: givenHosts(request.serves ?? {}),
    },
    service,
  );
  return question({
    account,
    title: `Add the account ${account}?`,
    details: [
      `Service: ${service.title}`,
      ...(grant === undefined || grant === service.grants[0] ? [] : [`Grant: ${grant}`]),
      ...urlLine('Address', url),
      ...urlLine('Server', issuer ?? (tokenEndpoint === undefined && url === undefined ? service.issuer : undefined)),
      ...urlLine('Authorization endpoint', authorizationEndpoint),
      ...urlLine('Token endpoint', tokenEndpoint),
      ...(audience === undefined ? [] : [`Audience: ${printable(audience)}`]),
      ...Object.entries(request.settings ?? {}).map(([name, value]) => `Setting ${name}: ${printable(value)}`),
      ...awsLine(request),
      ...(scopes === undefined ? [] : [`Scopes: ${printable(scopes.join(' '))}`]),
      ...placesLines(serves),
    ],
    agree: 'Add account',
  });
}

const noEndpoints = {
  revocationEndpoint: undefined,
  deviceAuthorizationEndpoint: undefined,
  userinfoEndpoint: undefined,
  jwksUri: undefined,
};

function awsLine({ awsCredentials }: RequestOf<'addAccount'>): readonly string[] {
  switch (awsCredentials?.kind) {
    case undefined:
      return [];
    case 'env':
      return ['Proves who asks with: the AWS credentials of the environment'];
    case 'profile':
      return [`Proves who asks with: the AWS profile ${printable(awsCredentials.profile)}`];
  }
}

const givenHosts = (serves: Readonly<Record<string, readonly string[]>>): Serves =>
  Object.fromEntries(Object.entries(serves).filter(([, hosts]) => hosts.length > 0));

export const accountLine = (id: string, title: string): readonly string[] =>
  title === id ? [`Account: ${id}`] : [`Account: ${id} (${plainText(title)})`];

const removedLine = (hosts: readonly string[]): readonly string[] =>
  hosts.length === 0 ? [] : [`Removed: ${plainText(hosts.join(', '), longestKnown)}`];

function placesLines(serves: Serves): readonly string[] {
  return Object.entries(serves)
    .filter(([, hosts]) => hosts.length > 0)
    .map(([family, hosts]) => `${family} sends its credentials to: ${hosts.map(shownHost).join(', ')}`);
}

/** As a browser would ask for it: letters of other scripts that look like ours are seen. */
const urlLine = (name: string, url: string | undefined): readonly string[] =>
  url === undefined ? [] : [`${name}: ${new URL(url).href}`];

function shownHost(pattern: string): string {
  const [authority = pattern] = pattern.split('/', 1);
  const [, host = authority] = /^([^:[\]]+)(?::\d+)?$/.exec(authority) ?? [];
  const ascii = domainToASCII(host);
  return printable(ascii === '' || ascii === host.toLowerCase() ? pattern : `${pattern} (${ascii})`);
}

/** Each word in quotes, as the program will get it: spaces hide nothing. */
function shownCommand(command: string): string {
  const words = commandWords(command);
  if (words === undefined || words.length === 0) {
    throw new KeytrayError('invalid_request', 'the browser is not a command: a quote is left open, or it is empty');
  }
  return words.map((word) => printable(JSON.stringify(word))).join(' ');
}

/** Throws `invalid_request` where nobody would read it to its end. */
export function question(asked: Question): Question {
  const length = asked.details.reduce((sum, line) => sum + line.length, 0);
  if (length <= mostCharacters) return asked;
  throw new KeytrayError('invalid_request', 'too much to ask about at once; change less, or edit the file', {
    account: asked.account,
  });
}
