import type { JSX, ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';

interface ButtonProps {
  readonly children: ReactNode;
  readonly kind?: 'normal' | 'primary' | 'quiet' | 'danger' | 'icon';
  readonly onPress?: () => void;
  readonly label?: string;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly type?: 'button' | 'submit';
  readonly slot?: 'close';
  readonly autoFocus?: boolean;
}

const classes = {
  normal: 'button',
  primary: 'button primary',
  quiet: 'button quiet',
  danger: 'button danger',
  icon: 'button quiet icon',
} as const;

/** `label` where the words on it do not tell it from its neighbours; it must begin with those words. */
export function Button(props: ButtonProps): JSX.Element {
  const { children, kind = 'normal', onPress, label, busy = false, disabled = false, type = 'button' } = props;
  return (
    <AriaButton
      className={classes[kind]}
      type={type}
      isPending={busy}
      isDisabled={disabled}
      {...(onPress === undefined ? {} : { onPress })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(props.slot === undefined ? {} : { slot: props.slot })}
      {...(props.autoFocus === true ? { autoFocus: true } : {})}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : null}
      {children}
    </AriaButton>
  );
}
