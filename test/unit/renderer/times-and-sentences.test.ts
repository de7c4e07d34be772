import { describe, expect, it } from 'vitest';
import { formatDuration as onTheCommandLine } from '../../../cli/output/duration.ts';
import type { Activity } from '../../../ipc/views.ts';
import { sentence } from '../../../renderer/activity/sentences.ts';
import { formatDuration, formatRelative } from '../../../renderer/design/duration.ts';
import { hueOf } from '../../../renderer/design/hue.ts';
import { reminderChoices, reminderText } from '../../../renderer/settings/words.ts';

describe('times', () => {
  it('are said as on the command line', () => {
    for (const seconds of [0, 1, 119, 120, 7_199, 7_200, 172_799, 172_800, 1e7]) {
      expect(formatDuration(seconds)).toBe(onTheCommandLine(seconds));
    }
  });

  it('are relative to now', () => {
    const now = 1_000_000_000;
    expect(formatRelative(now, now)).toBe('now');
    expect(formatRelative(now + 600_000, now)).toBe('in 10 min');
    expect(formatRelative(now - 7_200_000, now)).toBe('2 h ago');
  });
});

describe('what happened', () => {
  const said = (what: Activity['what']): string => sentence({ what });

  it('is told in a sentence', () => {
    const consumer = { pid: 7, executable: '/usr/lib/git-core/git-remote-https' };
    expect(said({ kind: 'handed_out', protocol: 'git', host: 'github.com', consumer })).toBe(
      'git-remote-https took a token for github.com over git.',
    );
    expect(said({ kind: 'handed_out', protocol: 'api', consumer: { pid: 7 } })).toBe(
      'a program took a token over the local API.',
    );
    expect(said({ kind: 'signed_in', who: 'ada' })).toBe('Signed in as ada.');
    expect(said({ kind: 'login_required', reason: 'x' })).toBe('A sign-in is needed.');
    expect(said({ kind: 'locked', reason: 'x', description: 'The keychain is locked.' })).toBe(
      'The keychain is locked.',
    );
  });
});

describe('small choices', () => {
  it('give a name the same colour every time, one of six', () => {
    expect(hueOf('GitHub')).toBe(hueOf('GitHub'));
    expect(new Set('abcdefghijklmnopqrstuvwxyz'.split('').map(hueOf)).size).toBe(6);
  });

  it('keep a reminder that was set by hand among the choices', () => {
    expect(reminderChoices(45)).toContain(45);
    expect(reminderChoices(60)).toHaveLength(reminderChoices(15).length);
    expect([60, 240, 1_440, 45].map(reminderText)).toEqual([
      'Every hour',
      'Every 4 hours',
      'Every day',
      'Every 45 minutes',
    ]);
  });
});
