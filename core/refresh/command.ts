import { basename } from 'node:path';
import type { RefreshFailure } from '../accounts/refresh-problem.ts';
import { receiptNow } from '../accounts/token-records.ts';
import { type CommandToken, readCommandOutput } from '../credentials/command-output.ts';
import { KeytrayError } from '../errors.ts';
import { plainReply } from '../oauth/token-reply.ts';
import type { Printed } from '../ports.ts';
import type { Grant } from '../services/grant.ts';
import { plainText } from '../untrusted/plain-text.ts';
import type { Answer, RenewalParts, RenewalRequest } from './renewal.ts';
import { RenewalFailed } from './renewal-failed.ts';

/** Runs the program that prints the token. It has its own sign-in, which is its own affair. */
export async function runForToken(
  { account, target }: RenewalRequest,
  { command }: Extract<Grant, { kind: 'command' }>,
  { barriers, clock, programs }: RenewalParts,
): Promise<Answer> {
  if (target !== undefined) {
    const words = `the program of ${account.id} prints one token, and none for another audience or scope`;
    throw new KeytrayError('invalid_request', words, { account: account.id });
  }
  const name = plainText(basename(command[0] ?? ''));
  const receipt = receiptNow(clock);
  barriers.reached('refresh_requested');
  const printed = await programs.print(command);
  barriers.reached('reply_received');
  const { token, lifetime } = tokenOf(name, printed, clock.now());
  return { reply: plainReply(token, lifetime), receipt, endpoints: {}, learned: undefined };
}

function tokenOf(name: string, printed: Printed, now: number): CommandToken {
  if (printed.kind !== 'printed') throw new RenewalFailed(failureOf(name, printed));
  const output = readCommandOutput(printed.text.reveal(), now);
  switch (output.kind) {
    case 'token':
      return output;
    case 'ended':
      throw new RenewalFailed(passing(`${name} printed a token that has ended`, runIt));
    case 'none':
      throw new RenewalFailed(misconfigured(`${name} printed no token`, runIt));
  }
}

const runIt = 'Run the command of the account in a terminal to see why.';

function failureOf(name: string, printed: Exclude<Printed, { kind: 'printed' }>): RefreshFailure {
  switch (printed.kind) {
    case 'not_found':
      return misconfigured(`${name} is not on PATH`, 'Install it, or write its absolute path in the command.');
    case 'not_started':
      return misconfigured(`${name} cannot be started`, 'Check the command of the account.');
    case 'too_long':
      return misconfigured(`${name} printed far more than a token`, 'Check the command of the account.');
    case 'late':
      return passing(`${name} did not end in time`, `It may be waiting for a person. ${runIt}`);
    case 'failed':
      if (typeof printed.how === 'string') return passing(`${name} was ended by ${printed.how}`, runIt);
      return { ...misconfigured(`${name} ended with status ${printed.how}`, runIt), denied: true };
  }
}

const passing = (why: string, advice: string): RefreshFailure => ({
  kind: 'transient',
  why,
  advice,
  retryAfter: undefined,
});

const misconfigured = (why: string, advice: string): Extract<RefreshFailure, { kind: 'misconfigured' }> => ({
  kind: 'misconfigured',
  error: 'command',
  local: true,
  why,
  advice,
  retryAfter: undefined,
});
