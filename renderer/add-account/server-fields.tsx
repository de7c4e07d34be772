import type { JSX } from 'react';
import type { GrantView } from '../../ipc/views.ts';
import { TextField } from '../design/field.tsx';
import type { Draft, TextKey } from './draft.ts';
import { IssuerCheck } from './issuer-check.tsx';

/** What a text field of the form is given. */
export type FieldOf = (key: TextKey) => {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problem: string | undefined;
};

interface ServerFieldsProps {
  readonly grant: GrantView;
  readonly draft: Draft;
  readonly field: FieldOf;
}

/** Where the service and its authorization server are, as far as one has to say. */
export function ServerFields({ grant, draft, field }: ServerFieldsProps): JSX.Element | null {
  const { server, url } = grant;
  return (
    <>
      {url?.required === true ? (
        <TextField
          label="Address"
          placeholder={url.example}
          hint={`The address of ${url.what}.`}
          required
          autoFocus
          {...field('url')}
        />
      ) : null}
      {server === 'own' ? (
        <>
          <TextField
            label="Server"
            placeholder="https://login.example.com"
            hint="The issuer: the address its metadata is found under."
            required
            autoFocus={url?.required !== true}
            {...field('issuer')}
          />
          <IssuerCheck issuer={draft.issuer} />
        </>
      ) : null}
      {server === 'endpoints' ? (
        <TextField label="Authorization endpoint" required autoFocus {...field('authorizationEndpoint')} />
      ) : null}
      {server === 'endpoints' || server === 'token_endpoint' ? (
        <TextField
          label="Token endpoint"
          required
          autoFocus={server === 'token_endpoint'}
          {...field('tokenEndpoint')}
        />
      ) : null}
    </>
  );
}

interface OwnServerProps extends ServerFieldsProps {
  /** Of the service. */
  readonly title: string;
}

/** The same where it may be left out. */
export function OwnServer({ grant, draft, field, title }: OwnServerProps): JSX.Element | null {
  const { server, url } = grant;
  return (
    <>
      {server === 'public_or_own' ? (
        <>
          <TextField
            label="Server of your own"
            hint={`Leave empty for the public ${title}.`}
            placeholder="https://git.example.com"
            {...field('issuer')}
          />
          <IssuerCheck issuer={draft.issuer} />
        </>
      ) : null}
      {url?.required === false ? (
        <TextField
          label="Address"
          hint={`The address of ${url.what}. Leave empty for that of ${title}.`}
          placeholder={url.example}
          {...field('url')}
        />
      ) : null}
    </>
  );
}
