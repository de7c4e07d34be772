import { z } from 'zod';

/** Cargo's credential provider protocol, version 1: one JSON document a line, both ways. */

export const hello = '{"v":[1]}\n';

export interface CargoRequest {
  /** `get`, `login`, `logout`; others may come. */
  readonly kind: string;
  readonly indexUrl: string;
  /** What the configuration gives after the program's name. */
  readonly args: readonly string[];
}

const requestSchema = z.object({
  v: z.literal(1),
  kind: z.string().max(100),
  registry: z.object({ 'index-url': z.string().max(4096) }),
  args: z.array(z.string().max(4096)).max(100).optional(),
});

/** Undefined for what no cargo sends. */
export function parseCargoRequest(line: string): CargoRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = requestSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { kind, registry, args } = parsed.data;
  return { kind, indexUrl: registry['index-url'], args: args ?? [] };
}

export type CargoAnswer =
  /** `authorization` is the whole header. `expiresAt`: milliseconds since the epoch; undefined where nobody knows. */
  | { readonly kind: 'token'; readonly authorization: string; readonly expiresAt: number | undefined }
  /** Cargo asks its next provider. */
  | { readonly kind: 'not_ours' }
  | { readonly kind: 'unsupported' }
  /** Cargo stops and shows the message. */
  | { readonly kind: 'unavailable'; readonly message: string };

export function formatCargoAnswer(answer: CargoAnswer): string {
  return `${JSON.stringify(documentOf(answer))}\n`;
}

function documentOf(answer: CargoAnswer): object {
  switch (answer.kind) {
    case 'token': {
      const { authorization: token, expiresAt } = answer;
      // Cargo itself stops using a token a minute before this.
      const cache =
        expiresAt === undefined
          ? { cache: 'session' }
          : { cache: 'expires', expiration: Math.floor(expiresAt / 1_000) };
      return { Ok: { kind: 'get', token, ...cache, operation_independent: true } };
    }
    case 'not_ours':
      return { Err: { kind: 'url-not-supported' } };
    case 'unsupported':
      return { Err: { kind: 'operation-not-supported' } };
    case 'unavailable':
      return { Err: { kind: 'other', message: answer.message, 'caused-by': [] } };
  }
}
