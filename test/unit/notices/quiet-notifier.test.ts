import { describe, expect, it } from 'vitest';
import { QuietNotifier } from '../../../core/notices/quiet-notifier.ts';
import type { Notice, NoticeChoice, Notifier } from '../../../core/ports.ts';

const notice = (id: string, body = 'git waits'): Notice => ({ id, title: 'Sign in again', body, actions: [] });

class Screen implements Notifier {
  readonly shown: Notice[] = [];
  readonly withdrawn: string[] = [];
  readonly choose = new Map<string, (choice: NoticeChoice) => void>();

  show(shown: Notice, chosen: (choice: NoticeChoice) => void): void {
    this.shown.push(shown);
    this.choose.set(shown.id, chosen);
  }

  withdraw(id: string): void {
    this.withdrawn.push(id);
  }
}

describe('while the screen is locked', () => {
  it('nothing is shown, and the last of each afterwards', () => {
    const screen = new Screen();
    const quiet = new QuietNotifier(screen);
    quiet.screenLocked(true);
    quiet.show(notice('a', 'first'), () => undefined);
    quiet.show(notice('b'), () => undefined);
    quiet.show(notice('a', 'second'), () => undefined);
    expect(screen.shown).toEqual([]);
    quiet.screenLocked(false);
    expect(screen.shown).toEqual([notice('a', 'second'), notice('b')]);
    quiet.screenLocked(false);
    expect(screen.shown).toHaveLength(2);
  });

  it('what settles itself is never shown', () => {
    const screen = new Screen();
    const quiet = new QuietNotifier(screen);
    quiet.screenLocked(true);
    quiet.show(notice('a'), () => undefined);
    quiet.withdraw('a');
    quiet.screenLocked(false);
    expect(screen.shown).toEqual([]);
    expect(screen.withdrawn).toEqual(['a']);
  });

  it('a click afterwards reaches who asked', () => {
    const screen = new Screen();
    const quiet = new QuietNotifier(screen);
    const choices: NoticeChoice[] = [];
    quiet.screenLocked(true);
    quiet.show(notice('a'), (choice) => choices.push(choice));
    quiet.screenLocked(false);
    screen.choose.get('a')?.('sign_in');
    expect(choices).toEqual(['sign_in']);
  });
});

it('shows and withdraws as it is told while the screen is open', () => {
  const screen = new Screen();
  const quiet = new QuietNotifier(screen);
  quiet.show(notice('a'), () => undefined);
  quiet.withdraw('a');
  expect(screen.shown).toEqual([notice('a')]);
  expect(screen.withdrawn).toEqual(['a']);
});
