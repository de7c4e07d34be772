import { KeytrayError } from '../core/errors.ts';
import type { LocalApiClient } from '../core/local-api/client/client.ts';
import type { LoginView } from '../core/wire/schemas.ts';
import type { Cli } from './cli.ts';
import { isTerminal } from './input.ts';
import { printable } from './output/printable.ts';

type NoBrowser = NonNullable<LoginView['no_browser']>;

/** Shows where to enter which code, the two on standard output; false where the login has none. */
export function showCode(cli: Cli, login: LoginView): boolean {
  const { verification_uri: address, user_code: code, verification_uri_complete: complete } = login;
  if (address === undefined || code === undefined) return false;
  cli.out.write(`${printable(address)}\n${printable(code)}\n`);
  const shorter = complete === undefined ? '' : `, or open this one, which has it:\n  ${printable(complete)}`;
  cli.err.write(`Open the address on any device and enter the code${shorter}\n`);
  return true;
}

const set = (value: string | undefined): boolean => value !== undefined && value !== '';

/** Why the person who types here sees no browser: none could be opened, or it opened in front of another screen. */
export function noBrowserHere({ env }: Pick<Cli, 'env'>, login: LoginView): NoBrowser | undefined {
  if (login.no_browser !== undefined) return login.no_browser;
  const remote = set(env.SSH_CONNECTION) && !set(env.DISPLAY) && !set(env.WAYLAND_DISPLAY) && !set(env.BROWSER);
  return remote ? { why: 'this is an SSH session', device: true } : undefined;
}

/** The ways to sign in without a browser here, a line each; on a terminal the code is there at once. */
export async function showElsewhere(
  cli: Cli,
  broker: LocalApiClient,
  login: LoginView,
  { why, device }: NoBrowser,
): Promise<void> {
  const { account } = login;
  cli.err.write(`No browser can be opened here (${printable(why)}).\n`);
  const shown = device && isTerminal(cli) && (await startCode(cli, broker, account));
  if (device && !shown) cli.err.write(`  With a code, on any device: keytray login ${account} --device\n`);
  cli.err.write(`  With a browser on another machine: keytray login ${account} --paste\n`);
  if (login.authorization_url !== undefined) {
    cli.err.write(`  With a browser on this machine, open: ${printable(login.authorization_url)}\n`);
  }
}

/** Adds the code to the sign-in that is open; false where the server gives none. */
async function startCode(cli: Cli, broker: LocalApiClient, account: string): Promise<boolean> {
  try {
    return showCode(cli, await broker.startLogin(account, { user_agent: 'device' }));
  } catch (error) {
    if (error instanceof KeytrayError) return false;
    throw error;
  }
}
