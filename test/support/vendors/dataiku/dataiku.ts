import { type Authority, type CertificateKind, makeAuthority } from '../authority.ts';
import {
  type EmulatorReply,
  fieldsOf,
  type HttpEmulator,
  type RecordedRequest,
  startHttpEmulator,
} from '../http-emulator.ts';
import { groupsOf, type Presentation, presentedBy } from './caller.ts';
import { type DataikuKey, initialKeys, newKey, viewOf } from './keys.ts';

export { knownKeys } from './keys.ts';

export interface Dataiku extends HttpEmulator {
  /** Where it speaks https: who signed its certificate. */
  readonly authority: Authority | undefined;
  readonly keys: DataikuKey[];
  /** What `DKU_API_TICKET` holds inside a job. */
  readonly ticket: string;
  /** Forms of the credential that were accepted, in order. */
  readonly presented: readonly Presentation[];
  readonly switches: {
    /** Secrets are in no list. */
    secureKeys: boolean;
    /** Version, where the caller may know it. */
    dssVersion: string;
    /** API node services and how each takes its key. */
    readonly services: Map<string, 'basic_user' | 'bearer'>;
    /** What a service with `bearer` takes: a token of an identity provider, not a key. */
    serviceToken: string;
  };
}

const projects = [
  { projectKey: 'MYPROJ', name: 'My project' },
  { projectKey: 'OTHER', name: 'Other project' },
];

const failed = (status: number, errorType: string, message: string): EmulatorReply => ({
  status,
  body: { errorType, message, detailedMessage: message },
});
const exceptions = 'com.dataiku.dip.exceptions';
const notAuthenticated = failed(401, `${exceptions}.NotAuthenticatedException`, 'Unknown API Key');
const noProject = failed(401, `${exceptions}.UnauthorizedException`, 'Failed to read project permissions');
const notAdmin = failed(403, `${exceptions}.UnauthorizedException`, 'Action forbidden, you are not admin');
const notFound = (what: string) => failed(404, 'com.dataiku.dip.server.controllers.NotFoundException', what);
const tooMany: EmulatorReply = {
  ...failed(429, `${exceptions}.TooManyRequestsException`, 'Too many requests'),
  headers: { 'retry-after': '1' },
};

/** A Dataiku DSS instance as far as keys go. With a kind of certificate it speaks https. */
export async function startDataiku({ tls }: { readonly tls?: CertificateKind } = {}): Promise<Dataiku> {
  const authority = tls === undefined ? undefined : await makeAuthority();
  const keys = initialKeys(Date.now());
  const presented: Presentation[] = [];
  const ticket = 'ticket-0123456789abcdef';
  let limited = 0;

  /** The key of a request; an answer where there is none. */
  const keyOf = (request: RecordedRequest): DataikuKey | EmulatorReply => {
    const given = presentedBy(request);
    // Inside a job the ticket stands for the person who runs it.
    const isTicket = given?.presentation === 'ticket';
    const key = isTicket ? (given.secret === ticket ? keys[0] : undefined) : bySecret(given?.secret);
    if (given === undefined || key === undefined) return notAuthenticated;
    if (key.expiresOn !== 0 && key.expiresOn <= http.now()) return notAuthenticated;
    if (key.rateLimited === true) {
      limited += 1;
      if (limited % 3 === 0) return tooMany;
    }
    presented.push(given.presentation);
    return key;
  };
  const bySecret = (secret: string | undefined) => keys.find((key) => key.secret === secret);

  const handle = (request: RecordedRequest): EmulatorReply => {
    const prediction = /^\/public\/api\/v1\/([^/]+)\/[^/]+\/predict$/.exec(request.path)?.[1];
    if (prediction !== undefined) return predict(request, prediction);
    const path = /^\/(?:public\/api|dip\/publicapi)(\/.*)$/.exec(request.path)?.[1];
    if (path === undefined)
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not found</h1>' };
    if (path === '/') return { status: 404, body: { message: 'Not found' } };
    const key = keyOf(request);
    if (!('secret' in key)) return key;
    return serve(request, path, key);
  };

  const predict = (request: RecordedRequest, service: string): EmulatorReply => {
    const wanted = dataiku.switches.services.get(service);
    const given = presentedBy(request);
    const good =
      wanted === 'bearer' ? given?.secret === dataiku.switches.serviceToken : bySecret(given?.secret) !== undefined;
    if (wanted === undefined) return notFound(`Service ${service} not found`);
    if (given?.presentation !== wanted || !good) return notAuthenticated;
    presented.push(given.presentation);
    return { body: { result: { prediction: 'yes' } } };
  };

  const serve = (request: RecordedRequest, path: string, key: DataikuKey): EmulatorReply => {
    const { method } = request;
    const mayRead = (project: string) =>
      projects.some(({ projectKey }) => projectKey === project) && key.projects?.includes(project) !== false;
    switch (`${method} ${path}`) {
      case 'GET /auth/info':
        return { body: { authIdentifier: key.user ?? key.id, groups: groupsOf(key) } };
      case 'GET /instance-info':
        if (key.kind === 'project') return notAdmin;
        return { body: { nodeId: 'design', nodeName: 'design', nodeType: 'DESIGN', ...version() } };
      case 'GET /projects/':
        return { body: projects.filter(({ projectKey }) => mayRead(projectKey)) };
      case 'GET /admin/general-settings':
        return key.admin ? { body: { studioMailAddress: 'dss@example.com' } } : notAdmin;
      case 'GET /admin/authorization-matrix':
        return key.admin ? { body: { perUser: { users: [{ user: 'kim', mayCreateProjects: true }] } } } : notAdmin;
      case 'POST /permissions/actions/check-objects':
        return checkObjects(request, mayRead);
      case 'POST /projects/':
        return key.kind === 'personal' ? { body: { msg: 'Created project' } } : notAdmin;
    }
    const [, project, end] = /^\/projects\/([^/]+)\/(metadata|datasets\/?)$/.exec(path) ?? [];
    if (method === 'GET' && project !== undefined) {
      if (!mayRead(project)) return noProject;
      return end === 'metadata' ? { body: { label: project, tags: [] } } : { body: [] };
    }
    return serveKeys(request, path, key);
  };
  const version = () => ({ dssVersion: dataiku.switches.dssVersion });

  const serveKeys = (request: RecordedRequest, path: string, caller: DataikuKey): EmulatorReply => {
    const [, admin, kind, id] = /^(\/admin)?\/(personal|global)-api-keys\/([\w-]+)?$/.exec(path) ?? [];
    if (kind !== 'personal' && kind !== 'global') return notFound(`No such path: ${path}`);
    if ((admin !== undefined || kind === 'global') && !caller.admin) return notAdmin;
    if (admin === undefined && kind === 'global') return notFound(`No such path: ${path}`);
    if (kind === 'personal' && caller.user === undefined) return notAdmin;
    const seen = (key: DataikuKey) => key.kind === kind && (admin !== undefined || key.user === caller.user);
    const listed = () => (dataiku.switches.secureKeys ? 'without' : 'with') as 'with' | 'without';
    if (id === undefined) {
      if (request.method === 'GET') return { body: keys.filter(seen).map((key) => viewOf(key, listed())) };
      if (request.method !== 'POST') return { status: 405 };
      const { label = '', description = '', user = caller.user } = fieldsOf(withJson(request));
      const owner = admin === undefined ? caller.user : String(user);
      const key = newKey({
        kind,
        user: kind === 'global' ? undefined : owner,
        label: String(label),
        description: String(description),
        createdBy: caller.user ?? caller.id,
        createdOn: http.now(),
      });
      keys.push(key);
      return { body: viewOf(key, 'with') };
    }
    const at = keys.findIndex((key) => key.id === id && seen(key));
    const found = keys[at];
    if (found === undefined) return notFound(`API key not found: ${id}`);
    switch (request.method) {
      case 'GET':
        return { body: viewOf(found, listed()) };
      case 'PUT': {
        const { label = found.label, description = found.description } = fieldsOf(withJson(request));
        Object.assign(found, { label: String(label), description: String(description) });
        return { status: 204 };
      }
      case 'DELETE':
        keys.splice(at, 1);
        return { status: 204 };
      default:
        return { status: 405 };
    }
  };

  const certificate = tls === undefined ? undefined : await authority?.issue(tls);
  const http = await startHttpEmulator(handle, { certificate });
  const closeHttp = http.close;
  const dataiku: Dataiku = Object.assign(http, {
    authority,
    keys,
    ticket,
    presented,
    switches: {
      secureKeys: true,
      dssVersion: '14.3.3',
      services: new Map([
        ['by-key', 'basic_user'],
        ['by-token', 'bearer'],
      ] as const),
      serviceToken: 'token-of-an-identity-provider',
    },
    async close() {
      await Promise.all([closeHttp(), authority?.close()]);
    },
  });
  return dataiku;
}

/** The vendor's client for Python sends JSON without saying so. */
const withJson = (request: RecordedRequest): RecordedRequest => ({
  ...request,
  headers: { ...request.headers, 'content-type': 'application/json' },
});

function checkObjects(request: RecordedRequest, mayRead: (project: string) => boolean): EmulatorReply {
  const { items } = fieldsOf(withJson(request));
  if (!Array.isArray(items)) return failed(400, 'java.lang.IllegalArgumentException', 'items are missing');
  return {
    body: {
      items: items.map((item: Record<string, unknown>) => {
        const readable = mayRead(String(item.objectProjectKey));
        return { ...item, canRead: readable, canWrite: readable && item.objectType !== 'SAVED_MODEL' };
      }),
    },
  };
}

/** What stands before an instance answers when the instance is down. */
export const badGateway = {
  kind: 'reply',
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>',
} as const;
