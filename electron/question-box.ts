import { type BrowserWindow, dialog, type MessageBoxOptions } from 'electron';
import type { BoxQuestion } from './api/question.ts';

const cancel = 0;
const agree = 1;

/** Asks in a box of the system, which no page can draw over, read or click. Whatever closes it is a no. */
export async function askInBox(question: BoxQuestion, window: BrowserWindow | undefined): Promise<boolean> {
  const options: MessageBoxOptions = {
    type: 'warning',
    title: 'Keytray',
    message: question.title,
    detail: question.details.join('\n'),
    buttons: ['Cancel', question.agree],
    defaultId: cancel,
    cancelId: cancel,
    noLink: true,
  };
  const { response } = await (window === undefined
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(window, options));
  return response === agree;
}
