import type { JSX } from 'react';
import type { GrantView } from '../../ipc/views.ts';
import { TextField } from '../design/field.tsx';
import type { FieldOf } from './server-fields.tsx';

interface ClientFieldsProps {
  readonly grant: GrantView;
  readonly field: FieldOf;
}

/** The client that was registered for this account, and what its tokens are asked for. */
export function ClientFields({ grant, field }: ClientFieldsProps): JSX.Element {
  const { kind, server, audience } = grant;
  return (
    <>
      {grant.clientId ? (
        <TextField
          label="Client ID"
          hint={
            kind === 'authorization_code'
              ? 'Shown where you registered Keytray.'
              : 'Given to you together with its secret.'
          }
          required
          autoFocus={kind === 'authorization_code' && (server === 'public' || server === 'public_or_own')}
          {...field('clientId')}
        />
      ) : null}
      {audience === undefined ? null : (
        <TextField
          label="Audience"
          hint={`The API its tokens are for${audience.otherwise === undefined ? ', where the server wants to know' : ''}.`}
          {...(audience.otherwise === undefined ? {} : { placeholder: audience.otherwise })}
          {...field('audience')}
        />
      )}
      {grant.clientSecret === 'required' ? (
        <TextField
          label="Client secret"
          hint="Kept where the tokens are, and shown nowhere again."
          required
          secret
          {...field('clientSecret')}
        />
      ) : null}
    </>
  );
}

export function OptionalSecret({ grant, field }: ClientFieldsProps): JSX.Element | null {
  if (grant.clientSecret !== 'optional') return null;
  return (
    <TextField label="Client secret" hint="Only where the server insists on one." secret {...field('clientSecret')} />
  );
}
