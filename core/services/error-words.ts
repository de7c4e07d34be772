import { z } from 'zod';

const text = z.string().min(1);
const saying = z.object({ message: text });

/** Where services put the words of an error, the most telling first. */
const members = ['message', 'error_description', 'detail', 'title', 'error', 'errors'] as const;

/** The words of an error body in the usual forms of JSON; undefined where it is none of them. Pure. */
export function errorWords(body: string): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  const object = z.record(z.string(), z.unknown()).safeParse(json);
  if (!object.success) return undefined;
  for (const member of members) {
    const said = wordsIn(object.data[member]);
    if (said !== undefined) return said;
  }
  return undefined;
}

function wordsIn(value: unknown): string | undefined {
  const plain = text.safeParse(value);
  if (plain.success) return plain.data;
  const inside = saying.safeParse(value);
  if (inside.success) return inside.data.message;
  return Array.isArray(value) && value.length > 0 ? wordsIn(value[0]) : undefined;
}
