import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReceivedEvent, readEvents } from '../../../../core/local-api/client/event-reader.ts';
import { formatEvent } from '../../../../core/local-api/server/event-response.ts';

async function received(chunks: readonly string[]): Promise<ReceivedEvent[]> {
  async function* stream() {
    yield* chunks;
  }
  const events: ReceivedEvent[] = [];
  for await (const event of readEvents(stream())) events.push(event);
  return events;
}

describe('readEvents', () => {
  it('reads what formatEvent writes, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string(), { maxLength: 6 }), fc.nat(), async (accounts, cut) => {
        const text = accounts.map((account) => formatEvent({ type: 'account_removed', account })).join('');
        const place = cut % (text.length + 1);
        const events = await received([text.slice(0, place), text.slice(place)]);
        expect(events.map(({ data }) => JSON.parse(data))).toEqual(accounts.map((account) => ({ account })));
        expect(events.every(({ type }) => type === 'account_removed')).toBe(true);
      }),
    );
  });

  it('passes over signs of life and drops what was cut off', async () => {
    expect(await received([': still here\n\n', 'event: login\ndata: {}\n\n', 'event: login\ndata: {}\n'])).toEqual([
      { type: 'login', data: '{}' },
    ]);
  });
});
