import { describe, expect, it } from 'vitest';
import { signInNotice } from '../../../core/notices/notice-texts.ts';
import { choiceOf, notifyBody } from '../../../core/notices/notify-call.ts';

const need = { account: 'lab', title: 'Lab', again: true, asker: 'git', why: 'Your session has ended.' };
const notice = signInNotice(need);

describe('a call of Notify', () => {
  it('offers every action, and the first for a click on the notice', () => {
    const actions = ['default', 'Sign in', 'sign_in', 'Sign in', 'later', 'Later'];
    expect(notifyBody(notice, ['actions', 'body'])).toEqual([
      'Keytray',
      0,
      'dialog-password',
      'Sign in again to Lab',
      'git is waiting. Your session has ended.',
      actions,
      {},
      -1,
    ]);
  });

  it('names the command where nothing can be clicked', () => {
    expect(notifyBody(notice, [])[4]).toBe('git is waiting. Your session has ended. In a terminal: keytray login lab');
    expect(notifyBody(notice, [])[5]).toEqual([]);
  });

  it('holds no markup where the desktop would read it', () => {
    const odd = signInNotice({ ...need, asker: '<b>x</b> & co' });
    expect(notifyBody(odd, ['actions', 'body-markup'])[4]).toBe(
      '&lt;b&gt;x&lt;/b&gt; &amp; co is waiting. Your session has ended.',
    );
    expect(notifyBody(odd, ['actions'])[4]).toContain('<b>x</b> & co');
  });
});

describe('a signal', () => {
  it.each([
    ['ActionInvoked', 'sign_in', 'sign_in'],
    ['ActionInvoked', 'default', 'sign_in'],
    ['ActionInvoked', 'later', 'later'],
    ['ActionInvoked', 'format_disk', 'dismissed'],
    ['ActionInvoked', 7, 'dismissed'],
    ['NotificationClosed', 1, 'dismissed'],
    ['ActivationToken', 'x', undefined],
  ])('%s %s means %s', (member, word, choice) => {
    expect(choiceOf(member, word, notice)).toBe(choice);
  });
});
