import { noPrograms } from '../ports.ts';
import type { RenewalSources } from '../refresh/renewal.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';
import type { HandOuts } from './hand-outs.ts';

/** What credentials are made from besides authorization servers. `handOuts`: opened later, as they need what renews. */
export const renewalSources = (
  { http, programs = noPrograms }: Pick<BrokerDependencies, 'http' | 'programs'>,
  handOuts: () => Pick<HandOuts, 'subjects' | 'aws'>,
): RenewalSources => ({
  http,
  programs,
  subjects: (...asked) => handOuts().subjects(...asked),
  aws: (...asked) => handOuts().aws(...asked),
});
