import { beforeEach, describe, expect, it } from 'vitest';
import type { LoginPhase, PendingLogin } from '../../../core/sign-in/pending-login.ts';
import { PendingLogins } from '../../../core/sign-in/pending-logins.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const started: LoginPhase = {
  kind: 'started',
  browser: undefined,
  device: undefined,
  question: undefined,
  note: undefined,
};
const succeeded: LoginPhase = { kind: 'succeeded', identity: undefined };

describe('the pending logins', () => {
  let clock: ManualClock;
  let changes: string[];
  let desk: PendingLogins;

  beforeEach(() => {
    clock = new ManualClock();
    changes = [];
    desk = new PendingLogins(clock, (login: PendingLogin) => changes.push(`${login.account} ${login.phase.kind}`));
  });

  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('are one per account, told of once', () => {
    const login = desk.request('lab');
    expect(desk.request('lab')).toBe(login);
    expect(desk.request('other')).not.toBe(login);
    expect(desk.open().map((open) => open.account)).toEqual(['lab', 'other']);
    expect(desk.of('lab')).toBe(login);
    expect(desk.of('nobody')).toBeUndefined();
    expect(changes).toEqual(['lab requested', 'other requested']);
  });

  it('are shared while a person is at one', () => {
    const login = desk.request('lab');
    login.become(started);
    expect(login.open).toBe(true);
    expect(desk.request('lab')).toBe(login);
    expect(changes).toEqual(['lab requested', 'lab started']);
  });

  it.each<Exclude<LoginPhase, { kind: 'requested' }>>([succeeded, { kind: 'cancelled' }, { kind: 'expired' }])(
    'end once, and a new one takes the place: $kind',
    async (phase) => {
      const login = desk.request('lab');
      login.become(phase);
      login.become({ kind: 'expired' });
      login.become(started);
      expect(await login.ended).toEqual(phase);
      expect(login.phase).toEqual(phase);
      expect(login.open).toBe(false);
      expect(desk.open()).toEqual([]);
      expect(desk.of('lab')).toBeUndefined();
      expect(changes).toEqual(['lab requested', `lab ${phase.kind}`]);
      expect(desk.request('lab')).not.toBe(login);
    },
  );

  it('stay readable for ten minutes after their end, then no more', async () => {
    const login = desk.request('lab');
    login.become(succeeded);
    await settle();
    clock.advance(599_999);
    expect(desk.find(login.id)).toBe(login);
    clock.advance(1);
    expect(() => desk.find(login.id)).toThrow(
      expect.objectContaining({ code: 'unknown_login', message: 'there is no such login, or it ended long ago' }),
    );
  });

  it('are not forgotten with the one before', async () => {
    const first = desk.request('lab');
    first.become({ kind: 'cancelled' });
    const second = desk.request('lab');
    await settle();
    expect(desk.of('lab')).toBe(second);
    clock.advance(600_000);
    expect(desk.find(second.id)).toBe(second);
    expect(desk.open()).toEqual([second]);
  });

  it('leave nothing of an account behind, however many there were', async () => {
    for (let round = 0; round < 3; round++) {
      desk.request('lab').become({ kind: 'expired' });
      await settle();
    }
    expect(desk.open()).toEqual([]);
    clock.advance(600_000);
    expect(clock.untilNextTimer).toBeUndefined();
  });
});
