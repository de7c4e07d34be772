import { type JSX, useState } from 'react';
import type { ApiKeyListView, ApiKeyView, CreatedApiKeyView } from '../../ipc/views.ts';
import { Icon } from '../design/icons.tsx';
import { Message, Problem } from '../design/message.tsx';
import { Page } from '../shell/page.tsx';
import { ask } from '../state/bridge.ts';
import { formatRoute } from '../state/route.ts';
import { useApp } from '../state/store.ts';
import { useAnswer } from '../state/use-answer.ts';
import { useCall } from '../state/use-call.ts';
import { CreateKey } from './create-key.tsx';
import { KeyTable } from './key-table.tsx';
import { type NewKey, ShownKey } from './shown-key.tsx';
import { rotatedWords } from './words.ts';

/** The keys of an account at its service. What creates or ends one is asked by the main process, in its own dialog. */
export function ApiKeysPage({ account }: { readonly account: string }): JSX.Element {
  const title = useApp((state) => state.accounts.get(account)?.title) ?? account;
  const listed = useAnswer<ApiKeyListView>(account, () => ask('apiKeys', { account }));
  const [shown, setShown] = useState<NewKey>();
  const [told, setTold] = useState<string>();
  const call = useCall();
  const change = (work: () => Promise<void>): void => {
    setTold(undefined);
    void call.run(async () => {
      await work();
      listed.again();
    });
  };
  const rotate = async ({ id }: ApiKeyView): Promise<void> => {
    const rotated = await ask('rotateApiKey', { account, key: id });
    const { key, secret } = rotated;
    if (secret === undefined) setTold(rotatedWords(rotated));
    else setShown({ name: key.name, secret, next: 'Give it to what uses the old key, then revoke the old one.' });
  };
  const revoke = async ({ id, name }: ApiKeyView): Promise<void> => {
    await ask('revokeApiKey', { account, key: id });
    setTold(`${name} was revoked.`);
  };
  const created = (made: CreatedApiKeyView): void => {
    const { name } = made.key;
    if ('account' in made) setTold(`${name} was created and is kept as ${made.account}.`);
    else setShown({ name, secret: made.secret, next: 'Put it where it is used.' });
    listed.again();
  };
  const back = (
    <a className="page-back" href={formatRoute('accounts', account)}>
      <Icon name="back" size={16} />
      {title}
    </a>
  );
  return (
    <Page title="API keys" before={back} note={account}>
      <Problem error={call.error} />
      {told === undefined ? null : <Message tone="good">{told}</Message>}
      <Problem error={listed.error} />
      {listed.value === undefined ? (
        listed.error === undefined && <p className="soft">Asking the service…</p>
      ) : (
        <>
          <section className="card" aria-label="Keys">
            {listed.value.keys.length === 0 ? (
              <p className="soft">You have no keys there.</p>
            ) : (
              <KeyTable
                listed={listed.value}
                busy={call.busy}
                onRotate={(key) => change(() => rotate(key))}
                onRevoke={(key) => change(() => revoke(key))}
              />
            )}
          </section>
          <p className="small">
            <a className="key-link" href={formatRoute('revoke-key')}>
              Revoke a leaked key…
            </a>
          </p>
          <CreateKey account={account} can={listed.value.can} onMade={created} />
        </>
      )}
      {shown === undefined ? null : <ShownKey made={shown} onDone={() => setShown(undefined)} />}
    </Page>
  );
}
