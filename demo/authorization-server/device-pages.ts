import type { KoaContextWithOIDC } from 'oidc-provider';
import { deviceCodePage, deviceConfirmPage, deviceDonePage, errorPage } from './pages.ts';

/** RFC 8628 §3.4. */
export const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

const notAccepted = 'The code was not accepted, or the sign-in was stopped.';

/** The pages on which a person enters the code of a device; signing in and consent are those of any sign-in. */
export const devicePages = {
  userCodeInputSource: (context: KoaContextWithOIDC, form: string, _out?: unknown, problem?: Error): void => {
    context.body = problem === undefined ? deviceCodePage(form) : errorPage(notAccepted);
  },
  userCodeConfirmSource: (
    context: KoaContextWithOIDC,
    form: string,
    client: { readonly clientId: string },
    _device: unknown,
    userCode: string,
  ): void => {
    context.body = deviceConfirmPage(form, client.clientId, userCode);
  },
  successSource: (context: KoaContextWithOIDC): void => {
    context.body = deviceDonePage();
  },
};
