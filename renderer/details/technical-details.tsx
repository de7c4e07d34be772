import type { JSX } from 'react';
import type { AccountDetails, AccountView } from '../../ipc/views.ts';
import { Fold } from '../design/fold.tsx';
import { Problem } from '../design/message.tsx';

interface TechnicalDetailsProps {
  readonly view: AccountView;
  readonly details: AccountDetails | undefined;
  readonly error: string | undefined;
}

const storeWords = {
  keychain: 'the keychain of this system',
  'encrypted-file': 'an encrypted file',
  memory: 'memory only',
} as const;

/** For whoever runs the server, or asks why: the protocol's own words. */
export function TechnicalDetails({ view, details, error }: TechnicalDetailsProps): JSX.Element {
  const endpoints = Object.entries(details?.endpoints ?? {}).map(
    ([name, url]) => [`${name.replace('_', ' ')} endpoint`, url] as const,
  );
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['issuer', details?.issuer],
    ...endpoints,
    ['client_id', details?.clientId],
    ['redirect URI', details?.redirectUri],
    ['scopes', view.scopes.join(' ')],
    ['subject', view.subject?.subject],
    ['kept in', storeWords[view.store]],
    ['configured in', details?.position],
    ['reason', view.reason],
    ['said', view.reason_description],
  ];
  return (
    <section className="card">
      <Fold title="Technical details">
        <Problem error={error} />
        <dl className="facts small">
          {facts.map(([name, value]) =>
            value === undefined || value === '' ? null : (
              <div key={name} className="fact">
                <dt>{name}</dt>
                <dd>
                  <code>{value}</code>
                </dd>
              </div>
            ),
          )}
        </dl>
      </Fold>
    </section>
  );
}
