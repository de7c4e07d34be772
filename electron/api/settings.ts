import { setAccountKey, setTopLevelKey } from '../../core/config/edit-config.ts';
import { KeytrayError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { AppApi } from '../../ipc/contract.ts';
import type { Settings } from '../../ipc/views.ts';
import { configuredAccounts, readConfigured } from './configured.ts';
import type { ApiParts } from './parts.ts';

type Methods =
  | 'settings'
  | 'setStartAtLogin'
  | 'setReminder'
  | 'setBrowser'
  | 'setStore'
  | 'unlockStore'
  | 'lockStore'
  | 'changePassphrase';

/** `changed` is told of every new state, so that a second page shows it too. */
export function settingsMethods(parts: ApiParts, changed: (settings: Settings) => void): Pick<AppApi, Methods> {
  const { broker, config, desktop } = parts;
  const { file, ...where } = config.sources;
  const after = async (change: () => Promise<unknown>): Promise<Settings> => {
    await change();
    await config.reload();
    const settings = await settingsOf(parts);
    changed(settings);
    return settings;
  };
  return {
    settings: () => settingsOf(parts),
    setStartAtLogin: ({ on }) => after(() => desktop.startAtLogin.set(on)),
    setReminder: ({ minutes }) =>
      after(async () => {
        if (minutes < 1) throw new KeytrayError('invalid_request', 'a reminder comes after one minute at the earliest');
        await setTopLevelKey(file, 'reminder', minutes, where);
      }),
    setBrowser: ({ account, browser }) =>
      after(() => setAccountKey(file, account, 'browser', browser ?? undefined, where)),
    setStore: ({ account, store }) => after(() => setAccountKey(file, account, 'store', store, where)),
    unlockStore: ({ passphrase, create }) =>
      after(async () => {
        await broker.store.unlock(new Secret(passphrase), { create });
        // Who knows the passphrase is the person who locked.
        if (broker.gate.state.kind === 'locked') await broker.gate.open();
      }),
    lockStore: () => after(() => broker.store.lock()),
    changePassphrase: ({ old, new: next }) =>
      after(() => broker.store.changePassphrase(new Secret(old), new Secret(next))),
  };
}

async function settingsOf(parts: ApiParts): Promise<Settings> {
  const { broker, config, desktop, logFile } = parts;
  const status = await broker.status();
  const [{ reminder }, accounts, startAtLogin] = await Promise.all([
    readConfigured(parts),
    configuredAccounts(parts),
    desktop.startAtLogin.view(),
  ]);
  return {
    startAtLogin,
    reminder,
    keychain: status.keychain,
    ...(status.encrypted_file === undefined ? {} : { encryptedFile: status.encrypted_file }),
    accounts: accounts.map(({ settings, editable }) => ({
      account: settings.id,
      title: settings.title,
      store: settings.store,
      ...(settings.browser === undefined ? {} : { browser: settings.browser }),
      editable,
    })),
    configFile: config.sources.file,
    logFile,
    version: status.version,
  };
}
