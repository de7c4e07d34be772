import { describe, expect, it } from 'vitest';
import { NamedFlights, SharedFlight } from '../../../core/concurrency/shared-flight.ts';
import { NamedTurns, Turns } from '../../../core/concurrency/turns.ts';

/** Work that ends when the test says so, and tells when it began. */
function work(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = async (): Promise<string> => {
    log.push(`${name} begins`);
    return await promise;
  };
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('let one begin only when the one before has ended, even by failing', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const first = work(log, 'first');
    const second = work(log, 'second');
    const a = turns.take(first.run).catch((error: unknown) => error);
    const b = turns.take(second.run);
    await soon();
    expect(log).toEqual(['first begins']);
    first.fail();
    expect(await a).toEqual(new Error('first'));
    await soon();
    expect(log).toEqual(['first begins', 'second begins']);
    second.end();
    expect(await b).toBe('second');
  });

  it('are over when all that was given has ended', async () => {
    const turns = new Turns();
    const slow = work([], 'slow');
    const taken = turns.take(slow.run);
    let over = false;
    const waiting = turns.over().then(() => {
      over = true;
    });
    await soon();
    expect(over).toBe(false);
    slow.end();
    await Promise.all([taken, waiting]);
    expect(over).toBe(true);
  });

  it('of one name do not hold up another, and leave nothing behind', async () => {
    const turns = new NamedTurns();
    const log: string[] = [];
    const slow = work(log, 'slow');
    const quick = work(log, 'quick');
    const after = work(log, 'after');
    const taken = [turns.take('a', slow.run), turns.take('b', quick.run), turns.take('a', after.run)];
    await soon();
    expect(log).toEqual(['slow begins', 'quick begins']);
    quick.end();
    slow.end();
    after.end();
    expect(await Promise.all(taken)).toEqual(['slow', 'quick', 'after']);
    await turns.over('a');
    await turns.allOver();
    expect(log).toEqual(['slow begins', 'quick begins', 'after begins']);
  });
});

describe('a shared flight', () => {
  it('is joined while it lasts and begun anew afterwards, failed or not', async () => {
    const flight = new SharedFlight<string>();
    const log: string[] = [];
    const one = work(log, 'one');
    const two = work(log, 'two');
    const joined = [flight.join(one.run), flight.join(two.run)].map((each) => each.catch((error: unknown) => error));
    one.fail();
    expect(await Promise.all(joined)).toEqual([new Error('one'), new Error('one')]);
    two.end();
    expect(await flight.join(two.run)).toBe('two');
    expect(log).toEqual(['one begins', 'two begins']);
  });

  it('is one for each name', async () => {
    const flights = new NamedFlights<string>();
    const log: string[] = [];
    const one = work(log, 'one');
    const two = work(log, 'two');
    const all = [flights.join('a', one.run), flights.join('b', two.run), flights.join('a', two.run)];
    one.end();
    two.end();
    expect(await Promise.all(all)).toEqual(['one', 'two', 'one']);
    expect(log).toEqual(['one begins', 'two begins']);
  });
});
