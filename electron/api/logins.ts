import { KeytrayError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { services } from '../../core/services/registry.ts';
import type { AppApi, RequestOf } from '../../ipc/contract.ts';
import type { ApiParts } from './parts.ts';

type Methods =
  | 'startLogin'
  | 'cancelLogin'
  | 'pasteRedirect'
  | 'enterFields'
  | 'confirmLogin'
  | 'logout'
  | 'refreshNow'
  | 'copyToken'
  | 'openExternal'
  | 'copyText'
  | 'copySecret';

/** Long enough to paste, short enough not to be forgotten. */
export const clipboardSeconds = 30;

export function loginMethods({ broker, desktop }: ApiParts): Pick<AppApi, Methods> {
  return {
    startLogin: ({ account, userAgent, switch: acceptOther = false }) =>
      broker.startLogin(account, { user_agent: userAgent, switch: acceptOther }),
    cancelLogin: async ({ loginId }) => broker.cancelLogin(loginId),
    pasteRedirect: async ({ loginId, address }) => {
      const url = address.trim();
      if (!URL.canParse(url))
        throw new KeytrayError('invalid_request', 'this is not the address of a page', { loginId });
      return await broker.finishLogin(loginId, { redirect_url: url });
    },
    enterFields: ({ loginId, fields, unchecked }) => broker.finishLogin(loginId, { fields, unchecked }),
    confirmLogin: ({ loginId, accept }) => broker.confirmLogin(loginId, accept),
    logout: ({ account, revoke }) => broker.logout(account, { revoke }),
    refreshNow: async ({ account }) => {
      await broker.tokens.refresh(account);
      return await broker.account(account);
    },
    copyToken: async ({ account }) => {
      await desktop.copySecret(await broker.tokens.forPerson(account), clipboardSeconds);
      return { clearedInSeconds: clipboardSeconds };
    },
    openExternal: async (request) => {
      await desktop.openExternal(new URL(addressOf(request)));
    },
    copyText: ({ text }) => desktop.copyText(text),
    copySecret: async ({ secret }) => {
      await desktop.copySecret(new Secret(secret), clipboardSeconds);
      return { clearedInSeconds: clipboardSeconds };
    },
  };

  function addressOf(request: RequestOf<'openExternal'>): string {
    switch (request.target) {
      case 'registration': {
        const url = services.get(request.service)?.registration.url;
        if (url !== undefined) return url;
        throw new KeytrayError('not_found', `no page is known where ${request.service} registers clients`);
      }
      case 'verification': {
        const { verification_uri: url } = broker.login(request.loginId);
        if (url !== undefined) return url;
        throw new KeytrayError('invalid_request', 'this sign-in has no code to enter', { loginId: request.loginId });
      }
      case 'field': {
        const { loginId } = request;
        const where = broker.login(loginId).input?.fields.find(({ name }) => name === request.field)?.where;
        if (where !== undefined && URL.canParse(where)) return where;
        throw new KeytrayError('invalid_request', 'this sign-in has no page to open', { loginId });
      }
    }
  }
}
