import { basename } from 'node:path';
import type { HelperCall } from '../../wire/helper-call.ts';
import { urlHint } from '../account-names.ts';
import { fetchToken, refuse } from '../generic/generic-answer.ts';
import type { Helper, HelperBroker } from '../helper.ts';
import { matchTarget, parseTarget, type Target, type TargetMatch } from '../host-url.ts';
import { splitUserName } from '../url-user.ts';

/** What the caller takes for "no answer from here": it goes on without, or asks the next. */
const notOurs = 1;

/**
 * GIT_ASKPASS and wget's --use-askpass: one argument, the prompt; the answer is one line. ssh passes on whatever a server
 * asks, in any words, and gets no answer: the kernel says who asks, the prompt does not.
 */
export const askpassHelper: Helper = {
  protocol: 'askpass',
  environment: ['SSH_ASKPASS_PROMPT'],
  async serve(call, broker) {
    const question = call.env.SSH_ASKPASS_PROMPT === undefined ? parsePrompt(call.argv) : undefined;
    if (question === undefined || isRelayed(call.parents)) return notOurs;
    const { host } = question.target;
    const match = find(question, broker);
    switch (match.kind) {
      case 'none':
        return notOurs;
      case 'insecure':
        return refuse(
          call,
          `${host} is asked over plain http, where anyone on the way could read the token; use https`,
        );
      case 'ambiguous': {
        const ids = match.accounts.map((account) => account.id).join(', ');
        return refuse(call, `${ids} all answer for ${host}; ${urlHint(host, match.accounts, question.username)}`);
      }
      case 'one':
        return answer(call, broker, question, match);
    }
  },
};

/** Programs that pass on what a server asks, in words the server chooses. */
const relays = /^(?:ssh|slogin|scp|sftp|dbclient|plink)/;

/** The nearest of git, wget and the relays decides: ssh below git is ssh all the same. Nobody knows an unnamed asker. */
function isRelayed(parents: readonly string[]): boolean {
  const names = parents.map((path) => basename(path));
  const asker = names.find((name) => /^(?:git|wget)/.test(name) || relays.test(name));
  return parents.length === 0 || (asker !== undefined && relays.test(asker));
}

type OneMatch = Extract<TargetMatch, { kind: 'one' }>;

async function answer(call: HelperCall, broker: HelperBroker, question: Question, match: OneMatch): Promise<number> {
  const { account } = match;
  switch (question.asks) {
    case 'Username':
      call.stdout(`${account.username}\n`);
      return 0;
    case 'Password': {
      const fetched = await fetchToken(call, broker, account, { host: question.target.host });
      if (fetched.kind === 'none') return fetched.status;
      call.stdout(`${fetched.token}\n`);
      return 0;
    }
  }
}

export interface Question {
  readonly asks: 'Username' | 'Password';
  readonly target: Target;
  readonly username: string | undefined;
}

/**
 * git and wget put the URL, its user name percent-encoded, between quotes. The whole prompt must look so: a remote
 * chooses the URL, and one with a quote in it could look like another prompt.
 */
export function parsePrompt(argv: readonly string[]): Question | undefined {
  const [prompt, ...others] = argv;
  if (prompt === undefined || others.length > 0) return undefined;
  const [, asks, text] = /^(Username|Password) for '([^']+)': ?$/.exec(prompt) ?? [];
  if (text === undefined || (asks !== 'Username' && asks !== 'Password')) return undefined;
  // git writes the path as it has it, decoded.
  const { url, username } = splitUserName(text.replaceAll(' ', '%20'));
  const target = parseTarget(url);
  return target === undefined ? undefined : { asks, target, username };
}

/** git's own list first. wget asks in the same words, and is served from the list of curl and its like. */
function find({ target, username }: Question, broker: HelperBroker): TargetMatch {
  const request = { ...target, username };
  const match = matchTarget(request, broker.served('git'));
  return match.kind === 'none' ? matchTarget(request, broker.served('curl')) : match;
}
