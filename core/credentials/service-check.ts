import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import { askGrpc, type GrpcAnswer } from '../http/grpc-call.ts';
import type { Clock, Fetch, TlsSettings } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { HttpCheck, ServiceCheck } from '../services/check.ts';
import { errorWords } from '../services/error-words.ts';
import { type Explained, explainFailure, type FailureRow } from '../services/failure-table.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { withoutTokens, withoutValues } from '../untrusted/server-text.ts';
import type { ServiceReply, ServiceRequest } from './api-keys/provider.ts';
import type { PresentedHeader } from './presented.ts';
import { callService } from './service-call.ts';

/** What the service thinks of a credential. */
export type Verdict =
  /** `who`: the person or key as the service names it; undefined where it names nobody. */
  | { readonly kind: 'accepted'; readonly who: string | undefined }
  /** The credential itself is refused. `certain`: the service says so in words of its own. */
  | { readonly kind: 'refused'; readonly certain: boolean; readonly failure: KeytrayError }
  /** Something else is wrong: the credential may be good and not allowed to do this. */
  | { readonly kind: 'failed'; readonly failure: KeytrayError };

export interface CheckRequest {
  readonly check: ServiceCheck;
  /** Where it is asked: an address for HTTP, `HOST:PORT` for gRPC. */
  readonly address: string;
  readonly account: string;
  /** The service, for people. */
  readonly title: string;
  readonly headers: readonly PresentedHeader[];
  /** The values in the headers, which an answer may repeat. */
  readonly sent: readonly Secret[];
  readonly tls: TlsSettings;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Makes the call. Throws `KeytrayError` where nobody answered. */
export async function runCheck(request: CheckRequest): Promise<Verdict> {
  const { check, address, headers } = request;
  switch (check.kind) {
    case 'http':
    case 'userinfo': {
      const asked = check.kind === 'http' ? requestOf(check) : ({ method: 'GET', path: '' } as const);
      return judgeReply(request, await callService(request, asked));
    }
    case 'grpc': {
      const { tls, clock, signal } = request;
      return judgeGrpc(request, await askGrpc({ host: address, path: check.path, headers, tls, clock, signal }));
    }
  }
}

const requestOf = ({ method, path, body }: HttpCheck): ServiceRequest => ({ method, path, ...(body && { body }) });

type Judged = Pick<CheckRequest, 'check' | 'account' | 'title' | 'sent'>;

/** What of an answer to a check is looked at. Pure. */
export function judgeReply(judged: Judged, { status, body }: ServiceReply): Verdict {
  const { check } = judged;
  if (status >= 200 && status < 300) {
    const json = parsed(body);
    if (json !== undefined) {
      const none = check.kind === 'http' ? nothingShown(judged, check.answer, { status, body, json }) : undefined;
      if (none !== undefined) return none;
      const who = whoIn(json, check.kind === 'http' ? check.who : userinfo);
      return { kind: 'accepted', who: who === undefined ? undefined : withoutSent(who, judged) };
    }
    // Nobody is named by what is not verified, but only a token that is good is answered so.
    if (check.kind === 'userinfo' && isJwt(body)) return { kind: 'accepted', who: undefined };
    return { kind: 'failed', failure: failureOf(judged, 'temporarily_unavailable', status, 'answers without JSON') };
  }
  const own = check.kind === 'http' ? check.words?.(body) : undefined;
  const told = own ?? errorWords(body);
  const words = told === undefined ? undefined : withoutSent(told, judged);
  const explained = explain(check.failures, { status, words: words ?? '' });
  if (explained !== undefined) return verdictOf(judged, explained, status);
  const said = words === undefined ? '' : `: ${plainText(withoutTokens(words), 120)}`;
  if (status === 401) {
    const failure = failureOf(judged, 'access_denied', status, `does not accept the credential${said}`);
    return { kind: 'refused', certain: words !== undefined, failure };
  }
  if (status === 403) return failed(judged, 'access_denied', status, `does not allow this to the credential${said}`);
  if (status === 404) return failed(judged, 'misconfigured', status, 'has nothing at this address');
  if (status < 500 && status >= 400) return failed(judged, 'misconfigured', status, `answers ${status}${said}`);
  return failed(judged, 'temporarily_unavailable', status, `answers ${status}`);
}

/** Why an answer with a status of success shows nothing of the credential; undefined where it does. */
function nothingShown(
  judged: Judged,
  answer: HttpCheck['answer'],
  { status, body, json }: ServiceReply & { readonly json: unknown },
): Verdict | undefined {
  if (answer === undefined) return undefined;
  if (memberAt(json, answer.errors) !== undefined) {
    const words = withoutSent(errorWords(body) ?? '', judged);
    const explained = explain(judged.check.failures, { status, words });
    if (explained !== undefined) return verdictOf(judged, explained, status);
    const said = words === '' ? '' : `: ${plainText(withoutTokens(words), 120)}`;
    return failed(judged, 'temporarily_unavailable', status, `answers with an error${said}`);
  }
  const found = memberAt(json, answer.found);
  if (found !== undefined && found !== null) return undefined;
  const failure = failureOf(judged, 'access_denied', status, 'does not say whose the credential is');
  return { kind: 'refused', certain: false, failure };
}

/** Status codes of gRPC that say something about the credential; the others are the service's own trouble. */
const unauthenticated = 16;
const permissionDenied = 7;
const unimplemented = 12;

function judgeGrpc(judged: Judged, answer: GrpcAnswer): Verdict {
  const { code } = answer;
  if (code === 0) return { kind: 'accepted', who: undefined };
  const details = withoutSent(answer.details, judged);
  const explained = explain(judged.check.failures, { words: details });
  if (explained !== undefined) return verdictOf(judged, explained, code);
  const said = details === '' ? '' : `: ${plainText(withoutTokens(details), 120)}`;
  if (code === unauthenticated) {
    const failure = failureOf(judged, 'access_denied', code, `does not accept the credential${said}`);
    return { kind: 'refused', certain: true, failure };
  }
  if (code === permissionDenied) return failed(judged, 'access_denied', code, `does not allow this${said}`);
  if (code === unimplemented) return failed(judged, 'misconfigured', code, 'does not know the call of the check');
  return failed(judged, 'temporarily_unavailable', code, `does not answer${said}`);
}

const withoutSent = (text: string, { sent }: Judged): string =>
  withoutValues(
    text,
    sent.map((value) => value.reveal()),
  );

const explain = (
  rows: readonly FailureRow[] | undefined,
  said: { readonly status?: number; readonly words: string },
): Explained | undefined => (rows === undefined ? undefined : explainFailure(rows, said));

function verdictOf(judged: Judged, { code, cause, advice, refusesKey }: Explained, status: number): Verdict {
  const details = { account: judged.account, detail: `status ${status}` };
  const failure = new KeytrayError(code, cause, { ...details, ...(advice === undefined ? {} : { advice }) });
  return refusesKey ? { kind: 'refused', certain: true, failure } : { kind: 'failed', failure };
}

type FailedCode = 'access_denied' | 'misconfigured' | 'temporarily_unavailable';

const failed = (judged: Judged, code: FailedCode, status: number, what: string): Verdict => ({
  kind: 'failed',
  failure: failureOf(judged, code, status, what),
});

const advices: Readonly<Partial<Record<FailedCode, string>>> = {
  access_denied: 'Check at the service what it may do, and whether it was revoked.',
  misconfigured: 'Check the url of the account.',
};

function failureOf({ account, title }: Judged, code: FailedCode, status: number, what: string): KeytrayError {
  const advice = advices[code];
  const details = { account, detail: `status ${status}` };
  return new KeytrayError(code, `${title} ${what}`, { ...details, ...(advice === undefined ? {} : { advice }) });
}

/** Signed or encrypted (OpenID Connect Core §5.3.2), in whichever way the client is registered. */
const isJwt = (body: string): boolean => /^eyJ[\w-]*(?:\.[\w-]*){2,4}$/.test(body.trim());

/** OpenID Connect Core §5.1. */
const userinfo = ['preferred_username', 'email', 'name', 'sub'];
const object = z.record(z.string(), z.unknown());
const name = z.union([z.string(), z.number()]).transform(String);

/** The first of the paths that leads to a name. Pure. */
export function whoIn(json: unknown, paths: HttpCheck['who']): string | undefined {
  for (const path of paths) {
    const read = name.safeParse(memberAt(json, path));
    const shown = read.success ? plainText(read.data, 120) : '';
    if (shown !== '') return shown;
  }
  return undefined;
}

/** The value at a path with dots; undefined where it leads nowhere. */
function memberAt(json: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, member) => {
    const read = object.safeParse(value);
    return read.success ? read.data[member] : undefined;
  }, json);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
