import type { Method } from './contract.ts';

/** The contract's names without its schemas, for the preload script, which must stay small. */
export const methods = [
  'status',
  'account',
  'activity',
  'startLogin',
  'cancelLogin',
  'pasteRedirect',
  'enterFields',
  'confirmLogin',
  'logout',
  'refreshNow',
  'copyToken',
  'listServices',
  'checkIssuer',
  'registration',
  'addAccount',
  'removeAccount',
  'setClientSecret',
  'removeClientSecret',
  'editServes',
  'database',
  'apiKeyAccounts',
  'apiKeys',
  'createApiKey',
  'rotateApiKey',
  'revokeApiKey',
  'revokeLeakedKey',
  'listTools',
  'planSetup',
  'applySetup',
  'undoSetup',
  'settings',
  'setStartAtLogin',
  'setReminder',
  'setBrowser',
  'setStore',
  'unlockStore',
  'lockStore',
  'changePassphrase',
  'openExternal',
  'copyText',
  'copySecret',
] as const satisfies readonly Method[];

export const channelOf = (method: Method): string => `keytray:${method}`;

/** Main process to page. */
export const eventChannel = 'keytray:event';
/** Page to main process, without an answer: the page listens now and wants the `state` event first. */
export const listeningChannel = 'keytray:listening';
