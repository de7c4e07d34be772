import { createHash } from 'node:crypto';
import { traitsOf } from '../services/grant.ts';
import type { AccountSettings } from '../services/service.ts';

/**
 * Names what a token was asked for, where it can be asked for anew at any time: one that was had with other settings is
 * not the one these settings mean. Undefined where only a person can get another. Pure.
 */
export function requestNameOf(settings: AccountSettings): string | undefined {
  const { grant, audience, resource, scopes, url, settings: facts } = settings;
  if (traitsOf(grant.kind).renewal !== 'again') return undefined;
  const told = JSON.stringify([grant, audience ?? '', resource ?? '', scopes, url ?? '', Object.entries(facts).sort()]);
  return createHash('sha256').update(told).digest('base64url').slice(0, 22);
}
