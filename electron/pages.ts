import type { WebContents } from 'electron';
import { eventChannel } from '../ipc/channels.ts';
import type { AppEvent, PageName } from '../ipc/views.ts';
import type { RunningApi } from './api/app-api.ts';

export interface Place {
  readonly page: PageName;
  readonly account?: string;
}

/** What pages are told, and where the tray's menu sends them: a page that is only coming up hears of it when it listens. */
export class Pages {
  readonly #api: Pick<RunningApi, 'listen'>;
  readonly #listening = new Map<WebContents, () => void>();
  #wanted: Place | undefined;

  constructor(api: Pick<RunningApi, 'listen'>) {
    this.#api = api;
  }

  go(place: Place): void {
    if (this.#listening.size === 0) this.#wanted = place;
    for (const page of this.#listening.keys()) this.#send(page, { type: 'show', ...place });
  }

  /** The page wants to be told of everything, from the state as it is now; again after a reload. */
  listening(page: WebContents): void {
    const before = this.#listening.get(page);
    if (before === undefined) {
      page.once('destroyed', () => {
        this.#listening.get(page)?.();
        this.#listening.delete(page);
      });
    }
    before?.();
    const stop = this.#api.listen((event) => {
      this.#send(page, event);
      const place = this.#wanted;
      this.#wanted = undefined;
      if (place !== undefined) this.#send(page, { type: 'show', ...place });
    });
    this.#listening.set(page, stop);
  }

  #send(page: WebContents, event: AppEvent): void {
    if (!page.isDestroyed()) page.send(eventChannel, event);
  }
}
