import { setImmediate as turn } from 'node:timers/promises';
import { NodeHttp, type NodeHttpOptions } from '../../core/http/node-http.ts';
import type { Fetch, Http, TlsSettings } from '../../core/ports.ts';

/** After a reply, what is done with it takes some turns of the event loop; none of them waits for anything else. */
const quietTurns = 8;

/** The real HTTP port, which tells when it has nothing under way, and can be led astray. */
export class WatchedHttp implements Http {
  /** Where a request goes instead: a name that does not exist, a port nobody listens on. */
  detour: ((url: URL) => URL) | undefined;
  readonly #http: NodeHttp;
  #underWay = 0;

  constructor(options: NodeHttpOptions = {}) {
    this.#http = new NodeHttp(options);
  }

  fetchFor(tls: TlsSettings): Fetch {
    const fetch = this.#http.fetchFor(tls);
    return async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : String(input));
      this.#underWay += 1;
      try {
        return await fetch(this.detour?.(url) ?? url, init);
      } finally {
        this.#underWay -= 1;
      }
    };
  }

  /** Resolves when no request is under way and none has been made for a while. */
  async quiet(): Promise<void> {
    for (let turns = 0; turns < quietTurns; turns += 1) {
      if (this.#underWay > 0) turns = 0;
      await turn();
    }
  }
}
