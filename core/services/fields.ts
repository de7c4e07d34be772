import type { Field } from './field.ts';
import type { GrantKind } from './grant.ts';
import type { Service } from './service.ts';

/** The fields a grant has where its service says no more. */
const ownFields: Readonly<Partial<Record<GrantKind, readonly Field[]>>> = {
  client_credentials: [{ name: 'client_secret', title: 'Client secret' }],
  api_key: [{ name: 'api_key', title: 'API key' }],
  pasted_code: [{ name: 'code', title: 'Code' }],
};

export const fieldsOf = (grant: GrantKind, service: Pick<Service, 'fields'>): readonly Field[] =>
  service.fields?.[grant] ?? ownFields[grant] ?? [];
