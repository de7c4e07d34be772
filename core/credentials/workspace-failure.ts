import { z } from 'zod';
import type { KeytrayError } from '../errors.ts';
import { lakebaseApiFailures } from '../services/lakebase-failures.ts';
import type { ServiceReply } from './api-keys/provider.ts';
import { jsonOf, serviceFailure } from './api-keys/service-failure.ts';

const errorSchema = z.object({ message: z.string() });

/** What a workspace refuses a call of the Lakebase APIs with. */
export function workspaceFailure({ status, body }: ServiceReply): KeytrayError {
  const said = errorSchema.safeParse(jsonOf(body));
  return serviceFailure('Databricks', lakebaseApiFailures, status, said.success ? said.data.message : '');
}
