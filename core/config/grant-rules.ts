import { basename } from 'node:path';
import { type GrantKind, traitsOf } from '../services/grant.ts';
import type { Service } from '../services/service.ts';
import type { AccountConfig } from './config.ts';
import type { RuleProblem } from './rule-problem.ts';

/** Keys that only one grant has; a key without its grant is a slip that would otherwise do nothing, unseen. */
const keysOf: readonly {
  readonly key: string;
  readonly grant: GrantKind;
  readonly has: (account: AccountConfig) => boolean;
}[] = [
  { key: 'expires_at', grant: 'api_key', has: ({ expiresAt }) => expiresAt !== undefined },
  { key: 'subject_account', grant: 'token_exchange', has: ({ exchange }) => exchange !== undefined },
  { key: 'command', grant: 'command', has: ({ command }) => command !== undefined },
];

/** Keys a grant cannot do without. */
const needed: Readonly<
  Partial<
    Record<GrantKind, { readonly key: string; readonly has: (account: AccountConfig) => boolean; readonly fix: string }>
  >
> = {
  token_exchange: {
    key: 'subject_account',
    has: ({ exchange }) => exchange?.subjectAccount !== undefined,
    fix: 'write subject_account: the account whose token is exchanged',
  },
  aws_identity: {
    key: 'aws_credentials',
    has: ({ awsCredentials }) => awsCredentials !== undefined,
    fix: 'write aws_credentials: { profile: NAME }, or { env: true }',
  },
  command: {
    key: 'command',
    has: ({ command }) => command !== undefined,
    fix: 'write command: [PROGRAM, ARGUMENT], the program that prints the token',
  },
};

/** A program of ours would ask the broker that waits for it. */
const isOurs = ([program = '']: readonly string[]): boolean => /^keytray(?:-|$)|-keytray$/.test(basename(program));

function* checkPrograms({ command, awsCredentials }: AccountConfig): Generator<RuleProblem> {
  if (command !== undefined && isOurs(command)) {
    const fix = 'name the program that has the sign-in, or write grant: token_exchange with subject_account:';
    yield { key: 'command', message: 'leads back to Keytray', fix };
  }
  if (awsCredentials?.kind === 'command' && isOurs(awsCredentials.command)) {
    yield { key: 'aws_credentials', message: 'leads back to Keytray', fix: 'write { account: ID, role: ARN }' };
  }
}

/** Where nothing but issuer or endpoints follow from the `url`, an account may name those instead. */
const namesServer = ({ issuer, endpoints }: AccountConfig, { atUrl, catalog }: Service): boolean =>
  atUrl !== undefined && catalog === undefined && (issuer ?? endpoints.tokenEndpoint) !== undefined;

/** Whether the service offers the grant of the account, and whether the keys of the account belong to it. */
export function* checkGrant(account: AccountConfig, service: Service): Generator<RuleProblem> {
  const grant = account.grant ?? service.grants[0];
  if (!service.grants.includes(grant)) {
    yield {
      key: 'grant',
      message: `${service.name} does not offer ${grant}`,
      fix: `write ${service.grants.join(' or ')}`,
    };
    return;
  }
  const missing = needed[grant];
  if (missing !== undefined && !missing.has(account)) {
    yield { key: undefined, message: `${missing.key} is missing`, fix: missing.fix };
  }
  for (const { key, grant: owner, has } of keysOf) {
    if (owner !== grant && has(account))
      yield { key, message: `belongs to grant: ${owner}`, fix: `remove it, or write grant: ${owner}` };
  }
  yield* checkPrograms(account);
  if (account.preAuthenticate === true && traitsOf(grant).signIn === 'browser') {
    yield { key: 'pre_authenticate', message: 'nobody signs in by browser at start', fix: 'remove it' };
  }
  if (service.url !== undefined && account.url === undefined && !namesServer(account, service)) {
    const { what, example } = service.url;
    yield { key: undefined, message: 'url is missing', fix: `write url: ${example}, the address of ${what}` };
  }
  if (account.lakebase !== undefined && service.databases !== true) {
    yield { key: 'lakebase', message: `${service.name} has no such databases`, fix: 'remove it' };
  }
  const known = Object.keys(service.settings ?? {});
  for (const name of Object.keys(account.settings ?? {})) {
    if (known.includes(name)) continue;
    const fix = known.length === 0 ? `${service.name} has no settings; remove it` : `known: ${known.join(', ')}`;
    yield { key: 'settings', message: `unknown setting ${name}`, fix };
  }
}
