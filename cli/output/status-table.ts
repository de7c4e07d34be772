import { countsOf } from '../../core/wire/account-needs.ts';
import type { AccountView, StatusView } from '../../core/wire/schemas.ts';
import { nextStep, stateWords, timeLeft, who } from './account-words.ts';
import { painter } from './colour.ts';
import { type Column, formatTable } from './table.ts';

const columns: readonly Column[] = [
  { title: 'ACCOUNT', least: 16 },
  { title: 'STATE' },
  { title: 'WHO', least: 8 },
  { title: 'LEFT' },
  { title: 'NEXT', least: 14 },
];

/** Names give way first, then what is next; the account, which people copy, last. */
const cutOrder = [2, 4, 0];

export interface StatusTableOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly columns: number;
  readonly colour: boolean;
}

/** The table of `keytray status`: one line per account, in the order given. */
export function formatStatusTable(accounts: readonly AccountView[], options: StatusTableOptions): string {
  const paint = painter(options.colour);
  const rows = accounts.map((view) => {
    const state = stateWords(view.state);
    return [
      { text: view.account },
      { text: state.text, paint: (text: string) => paint(state.paint, text) },
      { text: who(view) ?? '' },
      { text: timeLeft(view, options.now) ?? '' },
      { text: nextStep(view, options.now) ?? '' },
    ];
  });
  return formatTable(columns, rows, { columns: options.columns, cutOrder });
}

/** `4 signed in, 1 needs you`, as the tray's tooltip says it. */
export function formatShort({ accounts, hand_outs }: Pick<StatusView, 'accounts' | 'hand_outs'>): string {
  return [
    countsOf(accounts),
    ...(hand_outs === undefined ? [] : [hand_outs.state === 'locked' ? 'locked' : 'hand-outs paused']),
  ].join(', ');
}
