import type { JSX } from 'react';
import type { SetupView } from '../../ipc/views.ts';
import { Message } from '../design/message.tsx';
import { Diff } from './diff.tsx';

/** What would be written, or was, file by file. */
export function SetupPlan({ plan }: { readonly plan: SetupView }): JSX.Element {
  return (
    <div className="stack">
      {plan.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {plan.warnings.map((warning) => (
        <Message key={warning} tone="warn">
          {warning}
        </Message>
      ))}
      {plan.files
        .filter(({ diff }) => diff !== '')
        .map(({ file, diff }) => (
          <Diff key={file} file={file} diff={diff} />
        ))}
    </div>
  );
}
