import { beforeEach, describe, expect, it } from 'vitest';
import type { Notice, NoticeChoice } from '../../../core/ports.ts';
import { ElectronNotifier } from '../../../electron/notices/electron-notifier.ts';
import { signedInNotice } from '../../../electron/notices/signed-in-notice.ts';
import { Notices } from '../../support/broker.ts';
import { app, Notification, resetElectron } from '../../support/electron-stand-in/index.ts';

const notice: Notice = {
  id: 'sign-in:lab',
  title: 'Sign in again to Lab',
  body: 'git is waiting.',
  actions: [
    { name: 'sign_in', label: 'Sign in' },
    { name: 'later', label: 'Later' },
  ],
};

function scene() {
  resetElectron();
  app.testBecomeReady();
  const fallback = new Notices();
  const chosen: NoticeChoice[] = [];
  const notifier = new ElectronNotifier('linux', fallback);
  const show = (what: Notice = notice): Notification => {
    notifier.show(what, (choice) => chosen.push(choice));
    const shown = Notification.testAll.at(-1);
    if (shown === undefined) throw new Error('nothing was shown');
    return shown;
  };
  return { notifier, fallback, chosen, show };
}

describe('notices as notifications of the system', () => {
  beforeEach(resetElectron);

  it('do their first action on a click, once, and go', () => {
    const { show, chosen } = scene();
    const shown = show();
    shown.testClick();
    shown.testClick();
    shown.testAction('Later');
    expect([chosen, shown.testOpen]).toEqual([['sign_in'], false]);
  });

  it('do what a button says', () => {
    const { show, chosen } = scene();
    show().testAction('Later');
    show().testAction('Sign in');
    show().emit('action', { actionIndex: 7 });
    expect(chosen).toEqual(['later', 'sign_in', 'dismissed']);
  });

  it('count as put aside when the person or the system closes them', () => {
    const { show, chosen } = scene();
    show().testPutAside();
    expect(chosen).toEqual(['dismissed']);
  });

  it('are silent when they are taken back, replaced or left behind', () => {
    const { show, chosen, notifier } = scene();
    const first = show();
    const second = show();
    expect([first.testOpen, second.testOpen]).toEqual([false, true]);
    notifier.withdraw(notice.id);
    notifier.withdraw(notice.id);
    expect(second.testOpen).toBe(false);
    show();
    notifier.close();
    expect(Notification.testVisible).toEqual([]);
    expect(chosen).toEqual([]);
  });

  it('go elsewhere where the system shows none', () => {
    const { notifier, fallback, chosen } = scene();
    Notification.testSupported = false;
    notifier.show(notice, (choice) => chosen.push(choice));
    expect(fallback.shown).toEqual([notice]);
    notifier.withdraw(notice.id);
    expect(fallback.open.size).toBe(0);
  });

  it('are made of words only', () => {
    const { show } = scene();
    expect(show().testOptions).toEqual({
      title: 'Sign in again to Lab',
      body: 'git is waiting.',
      actions: [
        { type: 'button', text: 'Sign in' },
        { type: 'button', text: 'Later' },
      ],
    });
  });
});

it('says that a sign-in has worked, and nothing of any other event', () => {
  const login = { login_id: '1', account: 'lab', state: 'succeeded', subject: { issuer: 'x', subject: '7' } } as const;
  expect(signedInNotice({ type: 'login', login }, () => 'Lab')).toMatchObject({ title: 'Signed in to Lab as 7' });
  expect(signedInNotice({ type: 'login', login: { ...login, state: 'started' } }, () => 'Lab')).toBeUndefined();
  expect(signedInNotice({ type: 'account_removed', account: 'lab' }, () => 'Lab')).toBeUndefined();
});
