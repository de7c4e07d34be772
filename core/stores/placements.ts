import { z } from 'zod';
import { Turns } from '../concurrency/turns.ts';
import { writeFileAtomically } from '../config/write-file.ts';
import { KeytrayError } from '../errors.ts';
import { readTrustedText } from '../platform/trusted-text.ts';
import type { Logger } from '../ports.ts';
import type { StoreKind } from '../services/shapes.ts';

/** Where an account's items are. */
export interface Placement {
  /** The store whose items count. */
  readonly holder: StoreKind;
  /** Stores that may have a copy which no longer counts, to be removed as soon as they let us. */
  readonly leftovers: readonly StoreKind[];
}

/** Remembers across restarts which store an account's items were put in; without it a changed `store:` would look like a sign-out. */
export interface Placements {
  of(account: string): Promise<Placement | undefined>;
  /** Resolves when it is on the disk. Rejects with the system's error. */
  set(account: string, placement: Placement): Promise<void>;
}

const kindSchema = z.enum(['keychain', 'encrypted-file', 'memory']);
const placementSchema = z.object({ holder: kindSchema, leftovers: z.array(kindSchema) });
const fileSchema = z.object({ version: z.literal(1), accounts: z.array(z.tuple([z.string(), placementSchema])) });

/** One file: account ids and names of stores, no secret. */
export class PlacementsFile implements Placements {
  readonly #file: string;
  readonly #logger: Logger;
  #placements: Promise<Map<string, Placement>> | undefined;
  readonly #writes = new Turns();

  constructor(file: string, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
  }

  async of(account: string): Promise<Placement | undefined> {
    return (await this.#read()).get(account);
  }

  async set(account: string, placement: Placement): Promise<void> {
    await this.#writes.take(async () => {
      const next = new Map(await this.#read()).set(account, placement);
      await writeFileAtomically(this.#file, `${JSON.stringify({ version: 1, accounts: [...next] })}\n`);
      this.#placements = Promise.resolve(next);
    });
  }

  async #read(): Promise<Map<string, Placement>> {
    this.#placements ??= this.#parse();
    return await this.#placements;
  }

  async #parse(): Promise<Map<string, Placement>> {
    try {
      const text = await readTrustedText(this.#file);
      return text === undefined ? new Map() : new Map(fileSchema.parse(JSON.parse(text)).accounts);
    } catch (error) {
      // Accounts are then where the config says, as for everybody who never moved one.
      const why = error instanceof KeytrayError ? error.message : 'not in a form of ours';
      this.#logger.warn('the list of stores in use cannot be read', { file: this.#file, why });
      return new Map();
    }
  }
}
