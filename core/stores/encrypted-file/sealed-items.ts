import { z } from 'zod';
import { Secret } from '../../secret.ts';

export type Items = ReadonlyMap<string, Secret>;

const storedSchema = z.object({ items: z.array(z.tuple([z.string(), z.string().min(1)])) });

export function serializeItems(items: Items): string {
  return JSON.stringify({ items: [...items].map(([name, value]) => [name, value.reveal()]) });
}

/** Undefined where the text is not what we write. */
export function parseItems(text: string): Items | undefined {
  try {
    const { items } = storedSchema.parse(JSON.parse(text));
    return new Map(items.map(([name, value]) => [name, new Secret(value)]));
  } catch {
    return undefined;
  }
}
