import { type JSX, useState } from 'react';
import { ask } from '../state/bridge.ts';
import { useCall } from '../state/use-call.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';
import { Problem } from './message.tsx';

/** A text that must be entered elsewhere exactly as it stands. */
export function Copyable({ text, what }: { readonly text: string; readonly what: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const call = useCall();
  const copy = async (): Promise<void> => {
    setCopied(await call.run(() => ask('copyText', { text })));
  };
  return (
    <div className="stack-small">
      <div className="copyable">
        <code>{text}</code>
        <Button kind="quiet" onPress={() => void copy()} label={copied ? `Copied ${what}` : `Copy ${what}`}>
          <Icon name={copied ? 'done' : 'copy'} size={16} />
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
      <span className="visually-hidden" role="status">
        {copied ? `${what} copied` : ''}
      </span>
      <Problem error={call.error} />
    </div>
  );
}
