import type { JSX, ReactNode } from 'react';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { SearchField as AriaSearchField } from 'react-aria-components/SearchField';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField as AriaTextField, FieldError } from 'react-aria-components/TextField';
import { Icon } from './icons.tsx';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly hint?: ReactNode;
  /** What is wrong with the value, and what to write. */
  readonly problem?: string | undefined;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly secret?: boolean;
  readonly rows?: number;
  readonly autoFocus?: boolean;
}

export function TextField(props: TextFieldProps): JSX.Element {
  const { label, value, onChange, hint, problem, rows, secret = false } = props;
  const placeholder = props.placeholder === undefined ? {} : { placeholder: props.placeholder };
  return (
    <AriaTextField
      className="field"
      value={value}
      onChange={onChange}
      isRequired={props.required === true}
      validationBehavior="aria"
      isInvalid={problem !== undefined}
      type={secret ? 'password' : 'text'}
      autoComplete="off"
      spellCheck="false"
      {...(props.autoFocus === true ? { autoFocus: true } : {})}
      {...(props.onBlur === undefined ? {} : { onBlur: props.onBlur })}
    >
      <Label>{label}</Label>
      {rows === undefined ? (
        <Input className="input" {...placeholder} />
      ) : (
        <TextArea className="input" rows={rows} {...placeholder} />
      )}
      {hint === undefined ? null : (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-problem">{problem}</FieldError>
    </AriaTextField>
  );
}

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly autoFocus?: boolean;
}

/** The label is its placeholder too: a magnifying glass says the rest. */
export function SearchField({ label, value, onChange, autoFocus = false }: SearchFieldProps): JSX.Element {
  return (
    <AriaSearchField
      className="search"
      aria-label={label}
      value={value}
      onChange={onChange}
      autoComplete="off"
      {...(autoFocus ? { autoFocus: true } : {})}
    >
      <Icon name="search" size={14} />
      <Input className="input" placeholder={label} />
    </AriaSearchField>
  );
}
