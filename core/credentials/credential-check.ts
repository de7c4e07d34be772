import type { Clock, Http } from '../ports.ts';
import type { AccountSettings } from '../services/service.ts';
import { type Presentable, presentedHeaders } from './presented.ts';
import { runCheck, type Verdict } from './service-check.ts';

export interface CheckParts {
  readonly http: Http;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where it is asked, where only a server tells; undefined where it does not. */
  readonly address?: URL | undefined;
}

/**
 * Asks the service of an account what it thinks of a credential; undefined where it has no check for it. Throws
 * `KeytrayError` where nobody answered.
 */
export async function checkCredential(
  settings: AccountSettings,
  credential: Presentable,
  { http, clock, signal, address: told }: CheckParts,
): Promise<Verdict | undefined> {
  const address = settings.check?.address ?? told?.href;
  if (settings.check === undefined || address === undefined) return undefined;
  return await runCheck({
    check: settings.check.check,
    address,
    account: settings.id,
    title: settings.title,
    headers: presentedHeaders(settings, credential),
    sent: [credential.token, ...Object.values(credential.given ?? {})],
    tls: settings.tls,
    fetch: http.fetchFor(settings.tls),
    clock,
    signal,
  });
}
