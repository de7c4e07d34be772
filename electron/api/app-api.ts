import { inBackground } from '../../core/concurrency/background.ts';
import { Broadcast } from '../../core/concurrency/broadcast.ts';
import type { AppApi } from '../../ipc/contract.ts';
import type { AppEvent } from '../../ipc/views.ts';
import { accountMethods } from './accounts.ts';
import { ActivityLog } from './activity-log.ts';
import { apiKeyMethods } from './api-keys.ts';
import { withConsent } from './consent.ts';
import { databaseMethods } from './databases.ts';
import { loginMethods } from './logins.ts';
import type { ApiParts } from './parts.ts';
import { checkIssuer, listServices, registrationFor } from './services.ts';
import { settingsMethods } from './settings.ts';
import { toolMethods } from './tools.ts';

/** What pages may ask, and what they are told unasked. */
export interface RunningApi {
  readonly api: AppApi;
  /** Calls `listener` on every event until the returned function is called; the first is the broker's state. */
  listen(listener: (event: AppEvent) => void): () => void;
  /** Tells every page something that did not come from the broker. */
  tell(event: AppEvent): void;
  close(): void;
}

export async function openAppApi(parts: ApiParts): Promise<RunningApi> {
  const { broker, clock } = parts;
  const events = new Broadcast<AppEvent>();
  const log = new ActivityLog(clock, (activity) => events.emit({ type: 'activity', activity }));
  const unsubscribe = broker.subscribe((event) => {
    log.heard(event);
    events.emit({ type: 'broker', event });
  });
  log.begin((await broker.status()).accounts);
  const own: AppApi = {
    ...accountMethods(parts),
    ...apiKeyMethods(parts),
    ...databaseMethods(parts),
    ...loginMethods(parts),
    ...settingsMethods(parts, (settings) => events.emit({ type: 'settings', settings })),
    ...toolMethods(parts),
    activity: async () => log.newestFirst(),
    listServices: async () => listServices(),
    checkIssuer: ({ issuer }) => checkIssuer(issuer, parts.http, clock),
    registration: async (request) => registrationFor(request),
  };
  return {
    api: withConsent(own, parts),
    listen: (listener) => {
      let stopped = false;
      let stop = (): void => {
        stopped = true;
      };
      // Changes between the state and the first event would be lost the other way round.
      const early: AppEvent[] = [];
      const unheard = events.subscribe((event) => early.push(event));
      const told = broker.status().then((status) => {
        unheard();
        if (stopped) return;
        listener({ type: 'broker', event: { type: 'state', status } });
        for (const event of early) listener(event);
        stop = events.subscribe(listener);
      });
      inBackground(parts.logger, 'tell a page the state', told);
      return () => {
        unheard();
        stop();
      };
    },
    tell: (event) => events.emit(event),
    close: unsubscribe,
  };
}
