import type { AccountSettings } from '../../core/services/service.ts';
import { plainText } from '../../core/untrusted/plain-text.ts';
import type { RequestOf } from '../../ipc/contract.ts';
import type { ApiKeyView } from '../../ipc/views.ts';
import { accountLine, type Question, question } from './question.ts';

type Asked = Pick<AccountSettings, 'id' | 'title' | 'url'>;

const longestName = 200;

const placeLines = ({ id, title, url }: Asked): readonly string[] => [
  ...accountLine(id, title),
  ...(url === undefined ? [] : [`Server: ${new URL(url).href}`]),
];

const keyLines = ({ name, id, accounts = [] }: ApiKeyView): readonly string[] => [
  `Key: ${plainText(name, longestName)} (${plainText(id, longestName)})`,
  `Used by: ${accounts.length === 0 ? 'no account here, as far as Keytray knows' : accounts.join(', ')}`,
];

/** A new key is a credential that outlives this window. */
export function createKeyQuestion(at: Asked, { name, days, keepAs }: RequestOf<'createApiKey'>): Question {
  return question({
    account: at.id,
    title: `Create an API key with ${at.id}?`,
    details: [
      ...placeLines(at),
      `Name: ${plainText(name, longestName)}`,
      ...(days === undefined ? [] : [`Ends after: ${days} ${days === 1 ? 'day' : 'days'}`]),
      keepAs === undefined ? 'Its secret is shown once, in the window.' : `Kept as: ${keepAs}`,
    ],
    agree: 'Create key',
  });
}

/** `key`: as the service lists it. */
export function rotateKeyQuestion(at: Asked, key: ApiKeyView): Question {
  const held = key.accounts !== undefined;
  return question({
    account: at.id,
    title: `Rotate an API key of ${at.id}?`,
    details: [
      ...placeLines(at),
      ...keyLines(key),
      held
        ? 'A new key takes its place in these accounts, and the old one is revoked. What uses it elsewhere stops working.'
        : 'A new key is created, and its secret is shown once, in the window. The old one stays until you revoke it.',
    ],
    agree: 'Rotate key',
  });
}

/** `key`: as the service lists it. */
export function revokeKeyQuestion(at: Asked, key: ApiKeyView): Question {
  return question({
    account: at.id,
    title: `Revoke an API key of ${at.id}?`,
    details: [...placeLines(at), ...keyLines(key), 'Everything that uses it stops working. This cannot be undone.'],
    agree: 'Revoke key',
  });
}

export function leakedKeyQuestion(at: Asked): Question {
  return question({
    account: at.id,
    title: `Revoke the key you pasted, with ${at.id}?`,
    details: [
      ...placeLines(at),
      'The key is sent to this server, which revokes it. Everything that uses it stops working. This cannot be undone.',
    ],
    agree: 'Revoke key',
  });
}
