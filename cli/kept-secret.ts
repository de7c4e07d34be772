import { Secret } from '../core/secret.ts';
import { traitsOf } from '../core/services/grant.ts';
import { defaultVariable } from './account-environment.ts';
import type { Cli } from './cli.ts';
import { loadConfig, resolveConfigured } from './configuration.ts';
import { usageFailure } from './failure.ts';
import { tokenText } from './token-answer.ts';

/** Said before a secret is written to a file because the person wants it there. */
export const onDisk = 'It is on the disk then: every program of yours, and every backup, can read it.\n';

/** A secret that does not end with the hour, on its way to a place where others read it. */
export interface KeptSecret {
  /** Asks the broker for it: once it is settled that somebody gets it. */
  fetch(): Promise<Secret>;
  /** For people: `API key`. */
  readonly title: string;
  /** The variable that tools of the service read it from. */
  readonly variable: string;
  readonly service: string;
  readonly url: string | undefined;
}

/** The account's own key, or one of several by its name. Throws a usage failure where it has none that lasts. */
export async function keptSecret(cli: Cli, id: string, field?: string): Promise<KeptSecret> {
  const settings = await resolveConfigured(await loadConfig(cli.env), id);
  if (traitsOf(settings.grant.kind).renewal !== 'never') {
    throw usageFailure(
      `the tokens of ${id} end by themselves, so nothing that lasts can be given away`,
      'Give programs a token at the moment they start: keytray exec',
    );
  }
  const { fields } = settings;
  const known = fields.map(({ name }) => name).join(' or ');
  const wanted = field === undefined && fields.length === 1 ? fields[0] : fields.find(({ name }) => name === field);
  if (wanted === undefined) {
    throw usageFailure(
      field === undefined ? `${id} has several values` : `${id} has no ${field}`,
      `Name one: --field ${known}`,
    );
  }
  const several = fields.length > 1;
  const word = several ? `field.${wanted.name}` : 'access_token';
  const { always, env = {} } = settings.variables;
  const named = Object.entries({ ...always, ...env }).find(([, held]) => held === word)?.[0];
  return {
    fetch: async () => {
      const view = await (await cli.broker()).token(id, several ? { field: wanted.name } : {});
      return new Secret(tokenText(view, 'access'));
    },
    title: wanted.title,
    variable: named ?? defaultVariable(id),
    service: settings.service,
    url: settings.url,
  };
}
