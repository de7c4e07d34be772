import { describe, expect, it } from 'vitest';
import { DerivedCredentials } from '../../../core/hand-out/derived-credentials.ts';

const hour = 3_600_000;

function scene(life = hour) {
  const clock = { time: 1_000_000, now: () => clock.time };
  const derived = new DerivedCredentials<{ readonly expiresAt: number; readonly name: string }>({ clock });
  let sign = 'ada';
  let down = false;
  let asked = 0;
  const obtain = async () => {
    asked += 1;
    if (down) throw new Error('down');
    return { expiresAt: clock.time + life, name: `${sign} ${asked}` };
  };
  return {
    clock,
    asked: () => asked,
    signIn: (who: string) => {
      sign = who;
    },
    fail: (is: boolean) => {
      down = is;
    },
    forget: () => derived.forget('lab'),
    get: async (target = 'db') =>
      (await derived.credentials({ account: 'lab', key: () => JSON.stringify([sign, target]), obtain })).name,
  };
}

describe('a derived credential', () => {
  it('is asked for once by fifty callers at once, and kept', async () => {
    const { get, asked } = scene();
    const all = await Promise.all(Array.from({ length: 50 }, () => get()));
    expect(new Set(all)).toEqual(new Set(['ada 1']));
    expect(await get()).toBe('ada 1');
    expect(asked()).toBe(1);
  });

  it('is renewed five minutes before its end, or at a quarter of a short life', async () => {
    const long = scene();
    await long.get();
    long.clock.time += hour - 300_001;
    expect(await long.get()).toBe('ada 1');
    long.clock.time += 1;
    expect(await long.get()).toBe('ada 2');
    const short = scene(12_000);
    await short.get();
    short.clock.time += 8_999;
    expect(await short.get()).toBe('ada 1');
    short.clock.time += 1;
    expect(await short.get()).toBe('ada 2');
  });

  it('is served while it lasts where no new one can be had, and not with its last minute', async () => {
    const { get, clock, fail } = scene();
    await get();
    fail(true);
    clock.time += hour - 61_000;
    expect(await get()).toBe('ada 1');
    clock.time += 2_000;
    await expect(get()).rejects.toThrow('down');
  });

  it('belongs to one target and one sign-in, and is forgotten with it', async () => {
    const { get, signIn, forget } = scene();
    expect(await get('db')).toBe('ada 1');
    expect(await get('other')).toBe('ada 2');
    signIn('bob');
    expect(await get('db')).toBe('bob 3');
    signIn('ada');
    forget();
    expect(await get('db')).toBe('ada 4');
  });

  it('asked for before a sign-out is not kept after it', async () => {
    const { get, signIn } = scene();
    const before = get();
    signIn('bob');
    expect(await before).toMatch(/1$/);
    signIn('ada');
    expect(await get()).toBe('ada 2');
  });
});
