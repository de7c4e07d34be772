import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { ServerCertificate } from '../authority.ts';
import type { TokenServer } from './token-server.ts';

/** A call as the service saw it. */
export interface SeenCall {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Status code of the answer: 0 is OK. */
  readonly code: number;
}

export interface Classifier {
  /** `127.0.0.1:PORT`, as `ATHENA_HOST` has it. */
  readonly host: string;
  readonly calls: readonly SeenCall[];
  readonly deployments: readonly { readonly id: string; readonly backlog: number }[];
  readonly affiliates: readonly string[];
  /** What a token must be for. */
  readonly audience: string;
  close(): Promise<void>;
}

export const listDeployments = '/athena.ClassifierService/ListDeployments';
export const classifySingle = '/athena.ClassifierService/ClassifySingle';
export const healthCheck = '/grpc.health.v1.Health/Check';

const unary = (path: string) => ({
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: (value: Buffer) => value,
  requestDeserialize: (value: Buffer) => value,
  responseSerialize: (value: Buffer) => value,
  responseDeserialize: (value: Buffer) => value,
});

/** Resolver Athena's service, as far as tokens go: gRPC over TLS, a token per call. Messages are bytes. */
export async function startClassifier(tokens: TokenServer, certificate: ServerCertificate): Promise<Classifier> {
  const calls: SeenCall[] = [];
  const deployments = [{ id: 'lab-deployment', backlog: 3 }];
  const affiliates = ['lab-affiliate'];
  const audience = 'crisp-athena-live';

  const authorize = async (metadata: Metadata): Promise<void> => {
    const header = metadata.get('authorization')[0]?.toString() ?? '';
    const [, scheme, token] = /^(\S+) (\S+)$/.exec(header) ?? [];
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined) {
      throw new CallError(status.UNAUTHENTICATED, 'Bearer token is missing');
    }
    await tokens.mint.check(token, audience, tokens.now()).catch((error: Error) => {
      throw new CallError(status.UNAUTHENTICATED, error.message);
    });
  };

  const serving =
    (path: string, reply: (request: Buffer) => Buffer, open = false): handleUnaryCall<Buffer, Buffer> =>
    (call, answer) => {
      const record = (code: number) => {
        const authorization = call.metadata.get('authorization')[0]?.toString();
        calls.push({ path, authorization, metadata: call.metadata.getMap(), code });
      };
      const run = async () => {
        if (!open) await authorize(call.metadata);
        return reply(call.request);
      };
      run().then(
        (message) => {
          record(status.OK);
          answer(null, message);
        },
        (error: unknown) => {
          const failure = error instanceof CallError ? error : new CallError(status.INTERNAL, String(error));
          record(failure.code);
          answer(failure);
        },
      );
    };

  const list = () => Buffer.concat(deployments.map(({ id, backlog }) => field(1, deployment(id, backlog))));
  const classify = (request: Buffer) => {
    const affiliate = firstText(request);
    if (!affiliates.includes(affiliate)) {
      throw new CallError(status.PERMISSION_DENIED, `affiliate ${affiliate} is not permitted`);
    }
    return Buffer.alloc(0);
  };

  const definition = { ListDeployments: unary(listDeployments), ClassifySingle: unary(classifySingle) };
  const health = { Check: unary(healthCheck) };
  const server = new Server();
  const add = (service: ServiceDefinition, implementation: UntypedServiceImplementation) =>
    server.addService(service, implementation);
  add(definition, {
    ListDeployments: serving(listDeployments, list),
    ClassifySingle: serving(classifySingle, classify),
  });
  // HealthCheckResponse { status: SERVING }
  add(health, { Check: serving(healthCheck, () => Buffer.from([0x08, 0x01]), true) });

  const pair = { private_key: Buffer.from(certificate.key), cert_chain: Buffer.from(certificate.cert) };
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    host: `127.0.0.1:${port}`,
    calls,
    deployments,
    affiliates,
    audience,
    async close() {
      server.forceShutdown();
    },
  };
}

class CallError extends Error implements Partial<ServiceError> {
  readonly code: status;
  readonly details: string;
  readonly metadata = new Metadata();

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

/** A length-delimited field of a protocol buffer. The parts here are shorter than 128 bytes. */
const field = (number: number, bytes: Buffer) => Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);

const deployment = (id: string, backlog: number) =>
  Buffer.concat([field(1, Buffer.from(id)), Buffer.from([2 << 3, backlog])]);

/** Field 1 of a message, where it is a text and comes first. */
function firstText(message: Buffer): string {
  return message[0] === 0x0a ? message.subarray(2, 2 + (message[1] ?? 0)).toString() : '';
}
