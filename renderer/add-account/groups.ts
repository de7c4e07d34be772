import type { ServiceView } from '../../ipc/views.ts';

export interface ServiceGroup {
  readonly title: string;
  readonly services: readonly ServiceView[];
}

const anyServer: ReadonlySet<string> = new Set(['oidc', 'oauth']);

const titles: Readonly<Record<string, string>> = {
  oidc: 'Any OpenID Connect server',
  oauth: 'Any OAuth server, without metadata',
};

/** One has to know where it is. */
const isElsewhere = ({ grants: [{ server, url }] }: ServiceView): boolean => server === 'own' || url?.required === true;

/** By what one has to know to sign in. The last group stays whatever is searched for: it fits everything. */
export function groupServices(services: readonly ServiceView[], text: string): readonly ServiceGroup[] {
  const wanted = text.trim().toLowerCase();
  const fits = ({ name, title }: ServiceView): boolean => `${name} ${title}`.toLowerCase().includes(wanted);
  const byTitle = (a: ServiceView, b: ServiceView): number => a.title.localeCompare(b.title, 'en');
  const known = services.filter((service) => !anyServer.has(service.name) && fits(service)).sort(byTitle);
  const groups = [
    { title: 'Services', services: known.filter((service) => !isElsewhere(service)) },
    { title: 'With a server of your own', services: known.filter(isElsewhere) },
    {
      title: 'Any other server',
      services: services
        .filter(({ name }) => anyServer.has(name))
        .map((service) => ({ ...service, title: titles[service.name] ?? service.title })),
    },
  ];
  return groups.filter((group) => group.services.length > 0);
}
