import type { Command } from 'commander';
import type { Service } from '../../core/services/service.ts';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { formatFields } from '../output/field-list.ts';
import { formatJson } from '../output/json.ts';
import { registrationSteps, servedText } from '../output/service-words.ts';
import { formatTable } from '../output/table.ts';

interface Listing {
  readonly json?: true;
}

const columns = [{ title: 'SERVICE' }, { title: 'NAME' }, { title: 'CLIENT SECRET' }, { title: 'SERVES', least: 12 }];

function serviceJson(service: Service, redirectUri: string): object {
  return {
    service: service.name,
    title: service.title,
    grants: service.grants,
    url: service.url,
    settings: service.settings ?? {},
    issuer: service.issuer,
    scopes: service.scopes,
    client_secret: service.clientSecret,
    redirect_uri: redirectUri,
    serves: service.serves,
    registration: service.registration,
  };
}

/** `region (of the workspace)`; undefined where the service declares none. */
function settingsText({ settings = {} }: Service): string | undefined {
  const listed = Object.entries(settings).map(([name, what]) => `${name} (${what})`);
  return listed.length === 0 ? undefined : listed.join(', ');
}

async function load() {
  const [{ services }, { redirectUriToRegister }, { redirectOfNewAccount }] = await Promise.all([
    import('../../core/services/registry.ts'),
    import('../../core/config/resolve.ts'),
    import('../../core/services/redirect-path.ts'),
  ]);
  const nothing = { issuer: undefined, tokenEndpoint: undefined, clientId: undefined };
  const newRedirect = (service: Service) => redirectOfNewAccount(service, nothing);
  return { services, redirectUriToRegister, newRedirect };
}

async function listServices(cli: Cli, options: Listing): Promise<void> {
  const { services, redirectUriToRegister, newRedirect } = await load();
  const all = [...services.values()];
  if (options.json) {
    cli.out.write(formatJson(all.map((service) => serviceJson(service, redirectUriToRegister(newRedirect(service))))));
    return;
  }
  const rows = all.map((service) => [
    { text: service.name },
    { text: service.title },
    { text: service.clientSecret },
    { text: servedText(service.serves) },
  ]);
  cli.out.write(formatTable(columns, rows, { columns: cli.out.columns, cutOrder: [3] }));
}

async function showService(cli: Cli, name: string, options: Listing): Promise<void> {
  const { services, redirectUriToRegister, newRedirect } = await load();
  const service = services.get(name);
  if (service === undefined) {
    throw usageFailure(`there is no service ${name}`, `Choose one of: ${[...services.keys()].join(', ')}`);
  }
  const redirectUri = redirectUriToRegister(newRedirect(service));
  if (options.json) {
    cli.out.write(formatJson(serviceJson(service, redirectUri)));
    return;
  }
  cli.out.write(
    formatFields([
      ['Service', `${service.name} (${service.title})`],
      ['Grants', service.grants.join(', ')],
      [
        'Address',
        service.url === undefined ? undefined : `url: ${service.url.example}, the address of ${service.url.what}`,
      ],
      ['Settings', settingsText(service)],
      ['Issuer', service.issuer],
      ['Scopes', service.scopes.join(' ')],
      ['Client secret', service.clientSecret],
      ['Serves', servedText(service.serves)],
    ]),
  );
  const { registrationOf } = await import('../../core/config/registration.ts');
  const noAccount = { issuer: undefined, tokenEndpoint: undefined, clientId: undefined };
  cli.out.write(`\n${registrationSteps(service, registrationOf(service, noAccount))}`);
}

export function addServices(program: Command, cli: Cli): void {
  const services = program.command('services').helpGroup('Set up:').description('the services Keytray knows');
  services
    .command('list', { isDefault: true })
    .description('list them')
    .option('--json', 'print JSON')
    .action((options: Listing) => listServices(cli, options));
  services
    .command('show')
    .description('one service: what it needs and where to register a client')
    .argument('<service>')
    .option('--json', 'print JSON')
    .action((name: string, options: Listing) => showService(cli, name, options));
}
