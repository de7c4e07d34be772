/** Long enough that it is met by chance never, short enough that a good part of a secret is found. */
const length = 16;
const runs = new RegExp(`[A-Za-z0-9_+/-]{${length},}`, 'g');

/** Finds secrets, and any 16 characters in a row of one, in what an attacker got. */
export interface SecretSearch {
  add(kind: string, secret: string): void;
  /** The kinds of secrets that are in it. */
  kindsIn(text: string): ReadonlySet<string>;
}

export function createSecretSearch(): SecretSearch {
  const pieces = new Map<string, string>();
  const piecesOf = function* (text: string): Generator<string> {
    for (const [run] of text.matchAll(runs)) {
      for (let start = 0; start + length <= run.length; start += 1) yield run.slice(start, start + length);
    }
  };
  return {
    add(kind, secret) {
      // The head of a JWT is the same for all of them, and no secret.
      const [, ...parts] = secret.split('.');
      for (const part of parts.length === 2 ? parts : [secret]) {
        for (const piece of piecesOf(part)) pieces.set(piece, kind);
      }
    },
    kindsIn(text) {
      const kinds = new Set<string>();
      for (const piece of piecesOf(text)) {
        const kind = pieces.get(piece);
        if (kind !== undefined) kinds.add(kind);
      }
      return kinds;
    },
  };
}
