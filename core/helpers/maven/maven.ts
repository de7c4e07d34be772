import { accountWord } from '../../config/account-variables.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import { fetchToken, refuse } from '../generic/generic-answer.ts';
import type { Helper, HelperBroker } from '../helper.ts';

/**
 * `mvn-keytray …` is `mvn …` with a variable for each account that serves Maven, for `${env.KEYTRAY_TOKEN_ID}` in
 * settings.xml. Maven has no other way to ask, and does not say beforehand which repositories it will need.
 */
export const mavenHelper: Helper = {
  protocol: 'maven',
  environment: [],
  async serve(call, broker) {
    const variables = needsNoToken(call.argv) ? {} : await tokensFor(call, broker);
    if (typeof variables === 'number') return variables;
    call.become({ name: 'mvn', argv: undefined, variables, files: {} });
    return 0;
  },
};

/** `github@work` → `KEYTRAY_TOKEN_GITHUB_WORK`. */
export function mavenVariable(account: string): string {
  return `KEYTRAY_TOKEN_${accountWord(account)}`;
}

/** An exit status where not one of the accounts could be asked; a build may do without some of them. */
async function tokensFor(call: HelperCall, broker: HelperBroker): Promise<Record<string, string> | number> {
  const served = broker.served('maven');
  const names = new Map<string, string>();
  for (const { id } of served) {
    const name = mavenVariable(id);
    const other = names.get(name);
    if (other !== undefined) return refuse(call, `${other} and ${id} both want the variable ${name}; rename one`);
    names.set(name, id);
  }

  const variables: Record<string, string> = {};
  let status = 0;
  for (const account of served) {
    const fetched = await fetchToken(call, broker, account, {});
    if (fetched.kind === 'none') status = fetched.status;
    else variables[mavenVariable(account.id)] = fetched.token;
  }
  return status !== 0 && Object.keys(variables).length === 0 ? status : variables;
}

const offline = new Set(['-o', '--offline', '-v', '--version', '-h', '--help']);

function needsNoToken(argv: readonly string[]): boolean {
  return argv.some((word) => offline.has(word));
}
