import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeFailure } from '../../cli/failure.ts';
import { formatJson } from '../../cli/output/json.ts';
import { formatStatusTable } from '../../cli/output/status-table.ts';
import { Broker } from '../../core/broker/broker.ts';
import { interpretConfig } from '../../core/config/interpret-config.ts';
import { KeytrayError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { EncryptedFileStore } from '../../core/stores/encrypted-file/encrypted-file-store.ts';
import { MemoryStore } from '../../core/stores/memory-store.ts';
import { PlacementsFile } from '../../core/stores/placements.ts';
import type { AccountView, BrokerEvent } from '../../core/wire/schemas.ts';
import { Browsers, caller, Log, Notices } from '../support/broker.ts';
import { createIdTokens } from '../support/id-tokens.ts';
import { kernelPeers } from '../support/loopback-peers.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type ReplyInput, replyInput, valid } from './reply-inputs.ts';

export interface ReplyFinding {
  readonly fault: string;
  readonly index: number;
  readonly input: ReplyInput;
}

export interface ReplyTally {
  inputs: number;
  /** The account was served all the same. */
  active: number;
  refused: number;
  seconds: number;
}

export interface ReplyCampaign {
  readonly seed: number;
  readonly most: number;
  /** Milliseconds after which no further input is made. */
  readonly time?: number;
  /** A planted fault: what the broker would have told of its accounts without one of its bounds. */
  readonly plant?: (accounts: readonly AccountView[], input: ReplyInput) => readonly AccountView[];
}

const issuer = 'https://as.example';
const keys = createIdTokens();

/** What the ID token of the sign-in under way must repeat; null: there is none. */
interface IdTokenOf {
  nonce: string | null;
}

const config = `accounts:
  lab: { service: oidc, issuer: '${issuer}', client_id: keytray, scopes: [openid] }
  other: { service: oidc, issuer: '${issuer}', client_id: keytray, refresh: on-demand }
`;

/** Nothing of it may reach a terminal; not the sanitiser's own list, or neither would notice what is missing. */
const unprintable = /[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]|\p{Cs}/u;

/** Sends every reply to a real broker with two accounts, and asks it of both. */
export async function runReplyCampaign(options: ReplyCampaign): Promise<{
  readonly tally: ReplyTally;
  readonly finding: ReplyFinding | undefined;
}> {
  const { seed, most, time = Number.POSITIVE_INFINITY, plant = (accounts) => accounts } = options;
  const tally: ReplyTally = { inputs: 0, active: 0, refused: 0, seconds: 0 };
  const began = performance.now();
  let unhandled: string | undefined;
  const note = (error: unknown): void => {
    unhandled = `nobody caught: ${error instanceof Error ? error.stack : error}`;
  };
  process.on('unhandledRejection', note);
  let finding: ReplyFinding | undefined;
  try {
    for (let index = 0; index < most && finding === undefined; index += 1) {
      if (performance.now() - began > time) break;
      const input = replyInput(seed, index);
      const fault = (await tryReply(input, tally, plant).catch(wordsOf)) ?? unhandled;
      if (fault !== undefined) finding = { fault, index, input };
    }
  } finally {
    process.off('unhandledRejection', note);
  }
  tally.seconds = (performance.now() - began) / 1_000;
  return { tally, finding };
}

const wordsOf = (error: unknown): string => `throws: ${error instanceof Error ? error.stack : error}`;

async function tryReply(
  input: ReplyInput,
  tally: ReplyTally,
  plant: NonNullable<ReplyCampaign['plant']>,
): Promise<string | undefined> {
  const clock = new ManualClock();
  const idToken: IdTokenOf = { nonce: null };
  const broker = await brokerFor(input, clock, idToken);
  const before = JSON.stringify(await broker.account('other'));
  const events: BrokerEvent[] = [];
  broker.subscribe((event) => events.push(event));
  const said: string[] = [];
  for (const act of actsOf(broker, input, idToken)) {
    const failure = await act().then(
      (token) => void said.push(token),
      (error: unknown) => error,
    );
    if (failure === undefined) continue;
    if (!(failure instanceof KeytrayError) || failure.code === 'internal_error') return wordsOf(failure);
    const { what, hint } = describeFailure(failure);
    said.push(what, hint, failure.message);
  }
  const status = await broker.status();
  const accounts = plant(await broker.accounts(), input);
  const [lab, other] = accounts;
  if (lab === undefined || JSON.stringify(other) !== before) return 'the other account is told of otherwise';
  const { access_token: token } = await broker.token('other', {}, caller);
  if (token !== 'access-1') return 'the other account has another token';
  tally.inputs += 1;
  if (lab.state === 'active') tally.active += 1;
  else if ((lab.reason_description ?? '') === '') return `${lab.state} without a reason`;
  else tally.refused += 1;
  const table = formatStatusTable(accounts, { now: clock.now(), columns: 120, colour: false });
  const lines = [...said, ...table.split('\n'), ...formatJson(status).split('\n'), ...formatJson(accounts).split('\n')];
  const shown = [...lines, ...textsIn(accounts), ...textsIn(status), ...textsIn(events)];
  const bad = shown.find((text) => unprintable.test(text));
  await broker.stop();
  return bad === undefined ? undefined : `unprintable: ${JSON.stringify(bad)}`;
}

/** Resolves to who signed in. */
async function signIn(broker: Broker, idToken: IdTokenOf): Promise<string> {
  const login = await broker.startLogin('lab', { user_agent: 'none' });
  const asked = new URL(login.authorization_url ?? '').searchParams;
  idToken.nonce = asked.get('nonce');
  const back = new URL(asked.get('redirect_uri') ?? '');
  back.search = new URLSearchParams({ code: 'c', state: asked.get('state') ?? '', iss: issuer }).toString();
  const {
    state,
    subject,
    error_description: why,
  } = await broker.finishLogin(login.login_id, {
    redirect_url: back.href,
  });
  return `${state} ${subject?.name} ${subject?.subject} ${why}`;
}

function actsOf(broker: Broker, { kind }: ReplyInput, idToken: IdTokenOf): readonly (() => Promise<string>)[] {
  const token = async (): Promise<string> => {
    const view = await broker.token('lab', {}, caller);
    return `Authorization: Bearer ${view.access_token}`;
  };
  if (kind === 'claims' || kind === 'userinfo' || kind === 'jwks') return [() => signIn(broker, idToken)];
  if (kind !== 'device') return [token];
  return [
    async () => {
      const login = await broker.startLogin('lab', { user_agent: 'device' });
      broker.cancelLogin(login.login_id);
      return `${login.verification_uri} ${login.user_code}`;
    },
  ];
}

async function brokerFor(input: ReplyInput, clock: ManualClock, idToken: IdTokenOf): Promise<Broker> {
  const keychain = new MemoryStore();
  const record = { ...valid.record, obtained_at: clock.now(), signed_in_at: clock.now() };
  const expired = { ...record, lifetime: 0 };
  await keychain.write('other', new Secret(JSON.stringify(record)));
  await keychain.write('lab', new Secret(input.kind === 'record' ? input.body : JSON.stringify(expired)));
  const logger = new Log();
  const nowhere = path.join(tmpdir(), 'keytray-fuzz-nowhere');
  const broker = new Broker({
    kind: 'agent',
    clock,
    http: { fetchFor: () => async (address) => replyAt(new URL(String(address)), input, idToken) },
    userAgent: new Browsers(),
    peers: kernelPeers,
    notifier: new Notices(),
    stores: {
      keychain,
      memory: new MemoryStore(),
      'encrypted-file': new EncryptedFileStore({ path: path.join(nowhere, 'tokens.sealed'), logger }),
    },
    placements: new PlacementsFile(path.join(nowhere, 'stores.json'), logger),
    logger,
    random: () => 0.5,
    reloadConfig: async () => undefined,
    quit: () => undefined,
  });
  const read = interpretConfig([{ file: 'config.yaml', text: config }]);
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.errors));
  broker.configure(read.config, ['config.yaml']);
  clock.advance(1_000);
  return broker;
}

/** The bent reply where it belongs, and everywhere else what a server in good health says. */
function replyAt(address: URL, input: ReplyInput, idToken: IdTokenOf): Response {
  const kind = kindAt(address.pathname);
  if (kind === undefined) return new Response('Not found', { status: 404 });
  if (kind === 'token' && idToken.nonce !== null) {
    return Response.json({ ...valid.token, id_token: signed(input, idToken.nonce) });
  }
  if (kind !== input.kind) return Response.json(kind === 'jwks' ? keys.jwks : valid[kind]);
  const { status, headers, body } = input;
  return new Response(status === 204 ? null : body, { status, headers });
}

function signed(input: ReplyInput, nonce: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const tied = { iss: issuer, aud: 'keytray', nonce, exp: now + 600, iat: now };
  return keys.sign({ ...tied, ...objectIn(input.kind === 'claims' ? input.body : JSON.stringify(valid.claims)) });
}

function objectIn(text: string): object {
  try {
    return { ...JSON.parse(text) };
  } catch {
    return {};
  }
}

function kindAt(pathname: string): 'token' | 'metadata' | 'device' | 'userinfo' | 'jwks' | undefined {
  if (pathname.endsWith('/openid-configuration')) return 'metadata';
  if (pathname.endsWith('/token')) return 'token';
  if (pathname.endsWith('/userinfo')) return 'userinfo';
  if (pathname.endsWith('/jwks')) return 'jwks';
  return pathname.endsWith('/device') ? 'device' : undefined;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

export function replyFindingText({ fault, index, input }: ReplyFinding, seed: number): string {
  return `${fault} (seed ${seed}, input ${index}): ${JSON.stringify(input).slice(0, 4_000)}`;
}
