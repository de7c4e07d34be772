import type { Notice, NoticeActionName, NoticeChoice } from '../ports.ts';

/** The calls and signals of the Desktop Notifications Specification 1.2, in and out of our words. Pure. */

/** Name of the action that a click on the notice itself invokes. */
const click = 'default';
/** The desktop's own choice of how long it stays. */
const usualTime = -1;

/** The arguments of `Notify`, signature `susssasa{sv}i`. */
export function notifyBody(notice: Notice, capabilities: readonly string[]): readonly unknown[] {
  const { title, body, actions, otherwise } = notice;
  const clickable = capabilities.includes('actions');
  const [first] = actions;
  const offered =
    first === undefined ? [] : [click, first.label, ...actions.flatMap(({ name, label }) => [name, label])];
  const text = clickable || otherwise === undefined ? body : `${body} In a terminal: ${otherwise}`;
  const shown = capabilities.includes('body-markup') ? withoutMarkup(text) : text;
  return ['Keytray', 0, 'dialog-password', title, shown, clickable ? offered : [], {}, usualTime];
}

/** What a signal of the desktop means for a notice; undefined: nothing. `notice` is undefined where not known yet. */
export function choiceOf(member: string, word: unknown, notice: Notice | undefined): NoticeChoice | undefined {
  if (member === 'NotificationClosed') return 'dismissed';
  if (member !== 'ActionInvoked') return undefined;
  if (word === click) return notice?.actions[0]?.name ?? 'sign_in';
  return isActionName(word) ? word : 'dismissed';
}

const names: readonly NoticeActionName[] = ['sign_in', 'renew', 'take', 'refuse', 'later'];
const isActionName = (word: unknown): word is NoticeActionName => names.some((name) => name === word);

const withoutMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
