import type { JSX } from 'react';
import type { GrantView } from '../../ipc/views.ts';
import { Choice } from '../design/choice.tsx';
import { TextField } from '../design/field.tsx';
import type { Draft, Problems } from './draft.ts';
import type { FieldOf } from './server-fields.tsx';
import { sentence, settingWords } from './words.ts';

interface SettingFieldsProps {
  readonly settings: GrantView['settings'];
  readonly draft: Draft;
  readonly problems: Problems;
  readonly onChange: (settings: Draft['settings']) => void;
}

/** What else the service wants to know, each with what it is. */
export function SettingFields({ settings, draft, problems, onChange }: SettingFieldsProps): JSX.Element {
  return (
    <>
      {settings.map(({ name, what, required, otherwise }) => (
        <TextField
          key={name}
          label={settingWords(name)}
          hint={sentence(what)}
          required={required}
          value={draft.settings[name] ?? ''}
          onChange={(value) => onChange({ ...draft.settings, [name]: value })}
          problem={problems.settings?.[name]}
          {...(otherwise === undefined ? {} : { placeholder: otherwise })}
        />
      ))}
    </>
  );
}

const awsSources = [
  { value: 'profile', text: 'A profile of the AWS tools' },
  { value: 'env', text: 'The environment Keytray runs in' },
] as const satisfies readonly { readonly value: Draft['awsSource']; readonly text: string }[];

interface AwsFieldsProps {
  readonly draft: Draft;
  readonly field: FieldOf;
  readonly onSource: (source: Draft['awsSource']) => void;
}

/** Where the AWS credentials come from that prove who asks. */
export function AwsFields({ draft, field, onSource }: AwsFieldsProps): JSX.Element {
  return (
    <>
      <Choice label="AWS credentials" value={draft.awsSource} options={awsSources} onChange={onSource} />
      {draft.awsSource === 'profile' ? (
        <TextField
          label="AWS profile"
          hint="Its name in ~/.aws/config; its keys prove who you are, and stay where they are."
          placeholder="default"
          required
          {...field('awsProfile')}
        />
      ) : null}
    </>
  );
}
