import type { HelperCall } from '../../wire/helper-call.ts';
import type { HandedOut, Helper, HelperBroker, ServedAccount } from '../helper.ts';
import { readAll } from '../stdin-text.ts';
import { tokenText } from '../token-text.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';
import { listServers, matchServer, parseServer, usernameFor } from './docker-server.ts';

/** Docker compares these to the letter, and goes on without a credential after the first one. */
const notFound = 'credentials not found in native keychain';
const noServer = 'no credentials server URL';
const longestServer = 4096;
/** What `store` sends holds a secret, and is forgotten. */
const longestSecret = 1_048_576;

/** Credential helpers of docker, which podman, buildah, skopeo, helm and oras call too. */
export const dockerHelper: Helper = {
  protocol: 'docker',
  environment: [],
  async serve(call, broker) {
    switch (call.operation) {
      case 'get':
        return await get(call, broker);
      case 'list':
        call.stdout(`${JSON.stringify(listServers(broker.served('docker')))}\n`);
        return 0;
      case 'store':
      case 'erase':
        // `docker login` stores what we gave it, and `docker logout` names no value: nothing to be done about either.
        await readAll(call.stdin, longestSecret);
        return 0;
      case 'version':
        call.stdout('docker-credential-keytray\n');
        return 0;
      default:
        return fail(call, `docker asks for get, store, erase, list or version, not ${JSON.stringify(call.operation)}`);
    }
  },
};

async function get(call: HelperCall, broker: HelperBroker): Promise<number> {
  const server = (await readAll(call.stdin, longestServer))?.replace(/\r?\n$/, '');
  if (server === '') return say(call, noServer);
  const target = server === undefined ? undefined : parseServer(server);
  if (server === undefined || target === undefined) return say(call, notFound);

  const match = matchServer(target, broker.served('docker'));
  switch (match.kind) {
    case 'none':
      return say(call, notFound);
    case 'insecure':
      return fail(call, `${target.host} is asked over plain http, where anyone on the way could read the token`);
    case 'ambiguous': {
      const ids = match.accounts.map(({ id }) => id).join(', ');
      return fail(call, `${ids} all answer for ${target.host}, and docker says no repository; list it for one of them`);
    }
    case 'one':
      return await answer(call, broker, { server, host: target.host, account: match.account });
  }
}

interface Question {
  /** As docker wrote it. */
  readonly server: string;
  readonly host: string;
  readonly account: ServedAccount;
}

async function answer(call: HelperCall, broker: HelperBroker, { server, host, account }: Question): Promise<number> {
  let handedOut: HandedOut;
  try {
    // docker-py asks for every host of the configuration before any build: one that has these words anywhere in it does
    // not end the build, while docker, which compares to the letter, still shows the line.
    handedOut = await broker.handOut(account.id, { host });
  } catch (failure) {
    const line = unavailableLine(failure, account);
    call.stderr(line);
    return say(call, `${line} (${notFound})`);
  }
  const token = tokenText(handedOut.token);
  const username = usernameFor(host, handedOut.username);
  // `<token>` would make docker take the access token for a refresh token; a colon would move the border of Basic.
  if (token === undefined || !/^[^:\p{C}]+$/u.test(username) || username === '<token>') {
    return fail(call, `${account.title}: docker cannot carry this ${token === undefined ? 'token' : 'user name'}`);
  }
  call.stdout(`${JSON.stringify({ ServerURL: server, Username: username, Secret: token })}\n`);
  return 0;
}

function say(call: HelperCall, words: string): number {
  call.stdout(`${words}\n`);
  return 1;
}

function fail(call: HelperCall, line: string): number {
  return both(call, oneLine(`keytray: ${line}`));
}

/** Docker shows what is on standard output, and for `pull` only what is on standard error. */
function both(call: HelperCall, line: string): number {
  call.stderr(line);
  return say(call, line);
}
