import { format, inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../core/secret.ts';

const value = 'gho_0123456789abcdef';

function thrown(make: () => never): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}

function posted(message: unknown): unknown {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(message);
  const received = receiveMessageOnPort(port2);
  port1.close();
  return received;
}

/** Everything a reader of the object itself could get hold of. */
function reachable(object: object): readonly unknown[] {
  const names = [...Object.getOwnPropertyNames(object), ...Object.getOwnPropertySymbols(object)];
  return [...names, ...names.map((name) => Reflect.get(object, name))];
}

describe('a secret', () => {
  const secret = new Secret(value);

  it.each<[string, () => unknown]>([
    ['interpolated', () => `${secret}`],
    ['concatenated', () => `token: ${String(secret)}`],
    ['serialised', () => JSON.stringify({ secret })],
    ['serialised as a name', () => JSON.stringify({ [String(secret)]: 1 })],
    ['inspected', () => inspect({ deep: [secret] }, { depth: 9, showHidden: true })],
    ['inspected without its own say', () => inspect(secret, { customInspect: false, showHidden: true, depth: 9 })],
    ['inspected with its getters', () => inspect({ secret }, { getters: true, showProxy: true, depth: 9 })],
    [
      'formatted as the console does',
      () => format('%s %o %O %j %d %i', secret, secret, secret, secret, secret, secret),
    ],
    ['in an error', () => inspect(new Error('failed', { cause: secret }))],
    ['the words of an error', () => inspect(new Error(`failed: ${secret}`, { cause: { tokens: [secret] } }))],
    ['in several errors', () => inspect(new AggregateError([new Error('a', { cause: secret }), secret], 'many'))],
    [
      'thrown',
      () =>
        inspect(
          thrown(() => {
            throw secret;
          }),
        ),
    ],
    ['enumerated', () => JSON.stringify(Object.entries(secret))],
    ['taken apart', () => inspect(reachable(secret), { showHidden: true })],
    ['in a map', () => inspect(new Map([[secret, new Set([secret])]]), { depth: 9 })],
    ['spread', () => JSON.stringify({ ...secret })],
    ['cloned', () => inspect(structuredClone({ secret }), { showHidden: true, depth: 9 })],
    ['posted to a thread', () => inspect(posted({ secret }), { showHidden: true, depth: 9 })],
    [
      'written by v8',
      () => `${serialize({ secret }).toString('latin1')}${inspect(deserialize(serialize({ secret })))}`,
    ],
    ['in a form', () => new URLSearchParams([['token', String(secret)]]).toString()],
    ['sorted', () => [secret, new Secret('a')].sort().join()],
    ['a date', () => String(new Date(String(secret)))],
  ])('does not show when %s', (_how, print) => {
    expect(String(print())).not.toContain(value);
  });

  it('is found by the same means where it is a plain string', () => {
    expect(inspect({ deep: [value] })).toContain(value);
    expect(serialize({ value }).toString('latin1')).toContain(value);
    expect(inspect(posted({ value }))).toContain(value);
  });

  it.each([value, '', 'pässwörd 🔑', 'a\0b', `${'x'.repeat(70_000)}y`])('is given back whole by reveal()', (text) => {
    expect(new Secret(text).reveal()).toBe(text);
  });

  it('is compared by value', () => {
    expect(secret.equals(new Secret(value))).toBe(true);
    expect(secret.equals(new Secret(`${value}0`))).toBe(false);
    expect(secret.equals(new Secret('gho_0123456789abcdeg'))).toBe(false);
  });

  it('equals no text', () => {
    const text: unknown = value;
    const other: unknown = secret;
    // biome-ignore lint/suspicious/noDoubleEquals: the comparison that converts is the one that could give it away
    expect(other == text).toBe(false);
  });

  it('is no string for the compiler', () => {
    // @ts-expect-error a secret is no text
    const text: string = secret;
    // @ts-expect-error nor can its bytes be reached
    const bytes: unknown = secret['#bytes'];
    // @ts-expect-error nor is anything that looks like one a secret
    const forged: Secret = { reveal: () => value, equals: () => true };
    expect([typeof text, bytes, forged instanceof Secret]).toEqual(['object', undefined, false]);
  });
});
