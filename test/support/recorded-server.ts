import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type AuthorizationServerOptions,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from './authorization-server.ts';

/** A real authorization server that keeps every byte it is sent and every secret it gives out, and can turn hostile. */
export interface RecordedServer extends RunningAuthorizationServer {
  /** Every secret of this server: what it gave out, and the client secrets registered with it, each with its name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** The PKCE challenges of the requests its authorization endpoint was sent. */
  readonly challenges: ReadonlySet<string>;
  /** Everything it was sent, and again with forms and Basic credentials decoded. */
  received(): string;
  /** The metadata says this from now on, beside what is true. */
  lieAbout(metadata: Readonly<Record<string, string | boolean>>): Promise<void>;
  /** Every browser at its authorization endpoint is sent on to the one given, with the request it brought. */
  passBrowsersTo(endpoint: string | undefined): void;
}

const metadataPath = '/.well-known/openid-configuration';

export async function startRecordedServer(options: AuthorizationServerOptions): Promise<RecordedServer> {
  const bytes: Buffer[] = [];
  const secrets = new Map<string, string>();
  const challenges = new Set<string>();
  let metadata: string | undefined;
  let destination: string | undefined;

  const note = (name: string, value: unknown): void => {
    if (typeof value === 'string' && value !== '') secrets.set(value, name);
  };
  for (const { clientSecret } of options.clients ?? []) note('client_secret', clientSecret);

  const noteCode = (response: ServerResponse): void => {
    const location = response.getHeader('location');
    if (typeof location === 'string' && URL.canParse(location))
      note('code', new URL(location).searchParams.get('code'));
  };

  const instead = (request: IncomingMessage, response: ServerResponse): boolean => {
    const { pathname, search, searchParams } = new URL(request.url ?? '', 'http://server');
    response.once('finish', () => noteCode(response));
    if (pathname === metadataPath && metadata !== undefined) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(metadata);
      return true;
    }
    if (pathname !== '/auth') return false;
    const challenge = searchParams.get('code_challenge');
    if (challenge !== null) challenges.add(challenge);
    if (destination === undefined) return false;
    response.writeHead(303, { location: `${destination}${search}` }).end();
    return true;
  };

  const server = await startAuthorizationServer({
    ...options,
    onTokenExchange({ reply }) {
      for (const name of ['access_token', 'refresh_token', 'id_token']) note(name, reply[name]);
    },
    onDeviceCode: (code) => note('device_code', code),
    prepare(http) {
      http.on('connection', (socket: Socket) => socket.on('data', (chunk: Buffer) => bytes.push(chunk)));
    },
    instead,
  });

  return {
    ...server,
    secrets,
    challenges,
    received: () => withDecoded(Buffer.concat(bytes).toString('latin1')),
    async lieAbout(lies) {
      metadata = undefined;
      const answer = await fetch(`${server.issuer}${metadataPath}`);
      metadata = JSON.stringify({ ...Object(await answer.json()), ...lies });
    },
    passBrowsersTo(endpoint) {
      destination = endpoint;
    },
  };
}

function withDecoded(text: string): string {
  const basic = [...text.matchAll(/\bBasic ([\w+/=]+)/gi)].map(([, value = '']) =>
    Buffer.from(value, 'base64').toString(),
  );
  const decoded = [text, ...basic].join('\n').replaceAll('+', ' ');
  return [text, ...basic, decoded.replace(/(?:%[0-9a-f]{2})+/gi, percentDecoded)].join('\n');
}

const percentDecoded = (text: string): string => Buffer.from(text.replaceAll('%', ''), 'hex').toString();

/** What `server` was sent that belongs to `other`: by name, each as often as there are different values. */
export function strayedTo(server: RecordedServer, other: RecordedServer): readonly string[] {
  const received = server.received();
  const secrets = [...other.secrets].filter(([value]) => received.includes(value)).map(([, name]) => name);
  // A verifier belongs to the server whose authorization endpoint was sent its challenge.
  const verifiers = [...received.matchAll(/\bcode_verifier=([\w.~-]+)/g)].map(([, verifier = '']) => verifier);
  const theirs = verifiers.filter((verifier) =>
    other.challenges.has(createHash('sha256').update(verifier).digest('base64url')),
  );
  return [...secrets, ...theirs.map(() => 'code_verifier')].sort();
}
