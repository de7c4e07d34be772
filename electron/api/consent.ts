import { isDeepStrictEqual } from 'node:util';
import { KeytrayError } from '../../core/errors.ts';
import { services } from '../../core/services/registry.ts';
import { type ToolFamily, toolFamilies } from '../../core/services/shapes.ts';
import { methods } from '../../ipc/channels.ts';
import type { AppApi, Method, RequestOf } from '../../ipc/contract.ts';
import { configuredAccount } from './configured.ts';
import { Declined } from './declined.ts';
import { createKeyQuestion, leakedKeyQuestion, revokeKeyQuestion, rotateKeyQuestion } from './key-question.ts';
import type { ApiParts } from './parts.ts';
import { accountQuestion, browserQuestion, type Question, servesQuestion } from './question.ts';

/** Where a decision looks up what is in force now, and whom it asks. */
export type ConsentParts = Pick<ApiParts, 'config'> & {
  readonly desktop: Pick<ApiParts['desktop'], 'ask'>;
  /** A key is asked about as its service lists it, never in the words of a page. */
  readonly broker: { readonly apiKeys: Pick<ApiParts['broker']['apiKeys'], 'show'> };
};

type Decision<M extends Method> =
  | { readonly asks: false }
  /** Answers undefined where this very request widens nothing. Throws where it cannot be used at all. */
  | {
      readonly asks: true;
      readonly question: (request: RequestOf<M>, parts: ConsentParts) => Promise<Question | undefined>;
    };

const no = { asks: false } as const;

/**
 * Whether the person is asked, in a dialog pages have no hand in, before a request is done: where it runs a command,
 * sends a credential elsewhere, widens who gets one, or creates or ends one at a service. A new request does not compile until it is decided here.
 */
export const decisions: { readonly [M in Method]: Decision<M> } = {
  addAccount: {
    asks: true,
    question: async (request) => {
      const service = services.get(request.service);
      if (service === undefined) throw new KeytrayError('invalid_request', `there is no service ${request.service}`);
      for (const family of Object.keys(request.serves ?? {})) toolFamily(family);
      return accountQuestion(request, service);
    },
  },
  editServes: {
    asks: true,
    question: async ({ account, family, hosts }, parts) => {
      const { settings } = await configuredAccount(parts, account);
      return servesQuestion(settings, toolFamily(family), hosts);
    },
  },
  setBrowser: {
    asks: true,
    question: async ({ account, browser }, parts) => {
      const { settings } = await configuredAccount(parts, account);
      return browserQuestion(settings, browser);
    },
  },
  createApiKey: {
    asks: true,
    question: async (request, parts) => {
      const { settings } = await configuredAccount(parts, request.account);
      return createKeyQuestion(settings, request);
    },
  },
  rotateApiKey: {
    asks: true,
    question: async ({ account, key }, parts) => {
      const { settings } = await configuredAccount(parts, account);
      return rotateKeyQuestion(settings, await parts.broker.apiKeys.show(account, key, {}));
    },
  },
  revokeApiKey: {
    asks: true,
    question: async ({ account, key }, parts) => {
      const { settings } = await configuredAccount(parts, account);
      return revokeKeyQuestion(settings, await parts.broker.apiKeys.show(account, key, {}));
    },
  },
  revokeLeakedKey: {
    asks: true,
    question: async ({ account }, parts) => {
      const { settings } = await configuredAccount(parts, account);
      return leakedKeyQuestion(settings);
    },
  },

  // These only look.
  status: no,
  account: no,
  activity: no,
  listServices: no,
  checkIssuer: no,
  registration: no,
  listTools: no,
  planSetup: no,
  database: no,
  apiKeyAccounts: no,
  apiKeys: no,
  settings: no,

  // A sign-in ends in the person's own browser, as the configuration has it.
  startLogin: no,
  cancelLogin: no,
  pasteRedirect: no,
  enterFields: no,
  confirmLogin: no,
  refreshNow: no,

  // These take away, or keep what is there somewhere else on this machine.
  logout: no,
  removeAccount: no,
  undoSetup: no,
  lockStore: no,
  setStore: no,

  // These need what only the person knows.
  unlockStore: no,
  changePassphrase: no,
  setClientSecret: no,
  removeClientSecret: no,

  // These run and name nothing but Keytray's own programs, for hosts that were agreed to.
  applySetup: no,
  setStartAtLogin: no,
  setReminder: no,

  // A page reads no clipboard, and names no address.
  copyToken: no,
  copyText: no,
  copySecret: no,
  openExternal: no,
};

/** The family of this name. Throws `invalid_request`. */
export function toolFamily(name: string): ToolFamily {
  const family = toolFamilies.find((known) => known === name);
  if (family === undefined) throw new KeytrayError('invalid_request', `there is no tool family ${name}`);
  return family;
}

/** The api as pages may use it: what widens anything is done after the person has agreed, and else is `declined`. */
export function withConsent(api: AppApi, parts: ConsentParts): AppApi {
  // A page that asks without end would be agreed to in the end.
  let asking = false;
  const agreed = async (ask: () => Promise<Question | undefined>): Promise<void> => {
    const question = await ask();
    if (question === undefined) return;
    const { account } = question;
    if (asking) throw new Declined('Keytray is asking something else; answer that first', account);
    asking = true;
    try {
      if (!(await parts.desktop.ask(question))) {
        throw new Declined('you declined; nothing was changed', account);
      }
    } finally {
      asking = false;
    }
    // What was agreed to is the change that was shown, from what was shown.
    if (isDeepStrictEqual(await ask(), question)) return;
    throw new Declined('something changed meanwhile; try again', account);
  };
  const asked = <M extends Method>(method: M): AppApi[M] => {
    const decision: Decision<M> = decisions[method];
    const call = api[method];
    if (!decision.asks) return call;
    const after = async (request: RequestOf<M>) => {
      await agreed(() => decision.question(request, parts));
      return await call(request);
    };
    return after as AppApi[M];
  };
  return Object.fromEntries(methods.map((method) => [method, asked(method)])) as unknown as AppApi;
}
