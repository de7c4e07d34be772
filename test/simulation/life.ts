import type { LossCause } from './authorization-fleet.ts';

/** One life of a broker, as the rest of the world sees it. */
export interface Life {
  readonly serial: number;
  readonly alive: () => boolean;
  /** Once it is over. */
  readonly lossCause: () => LossCause;
}
