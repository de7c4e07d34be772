import type { Broker } from '../../core/broker/broker.ts';
import type { ConfigFeed } from '../../core/config/config-feed.ts';
import type { Clock, Http, Logger } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { Settings } from '../../ipc/views.ts';
import type { Question } from './question.ts';

/** What the pages' api needs of the desktop it runs on. */
export interface Desktop {
  /** Resolves once it is in the clipboard and its clearing is scheduled. */
  copySecret(text: Secret, clearAfterSeconds: number): Promise<void>;
  copyText(text: string): Promise<void>;
  /** Rejects for anything but https and addresses of this machine. */
  openExternal(url: URL): Promise<void>;
  /** Asks the person where no page can answer. Resolves to whether they agreed; closed without a word is a no. */
  ask(question: Question): Promise<boolean>;
  readonly startAtLogin: {
    view(): Promise<Settings['startAtLogin']>;
    set(on: boolean): Promise<void>;
  };
}

/** What the pages' api is made of. No Electron in it: a bridge to a plain browser runs the same. */
export interface ApiParts {
  readonly broker: Broker;
  readonly config: Pick<ConfigFeed, 'sources' | 'reload'>;
  readonly env: NodeJS.ProcessEnv;
  readonly http: Http;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly desktop: Desktop;
  /** Folders of our programs, absolute: `out/bin` and `out/libexec`. */
  readonly programs: { readonly bin: string; readonly libexec: string };
  readonly logFile: string;
}
