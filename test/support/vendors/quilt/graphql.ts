import { buildSchema, graphql } from 'graphql';
import { type EmulatorReply, fieldsOf, type RecordedRequest } from '../http-emulator.ts';
import { type AuditEvent, newQuiltKey, type QuiltKey, type QuiltUser } from './people.ts';

/** The part of the registry's schema that API keys need. */
const schema = buildSchema(`
  scalar Datetime
  scalar JsonRecord
  enum APIKeyStatus { ACTIVE EXPIRED }
  type APIKey {
    id: ID!
    name: String!
    fingerprint: String!
    createdAt: Datetime!
    expiresAt: Datetime!
    lastUsedAt: Datetime
    userEmail: String!
    status: APIKeyStatus!
  }
  type Ok { _: Boolean }
  type InputError { path: String message: String! name: String! context: JsonRecord }
  type InvalidInput { errors: [InputError!]! }
  type APIKeyCreated { apiKey: APIKey! secret: String! }
  union APIKeyCreateResult = APIKeyCreated | InvalidInput
  union APIKeyRevokeResult = Ok | InvalidInput
  input APIKeyCreateInput { name: String! expiresInDays: Int! = 90 }
  type Me {
    name: String!
    email: String!
    isAdmin: Boolean!
    apiKeys(name: String, fingerprint: String, status: APIKeyStatus): [APIKey!]!
    apiKey(id: ID!): APIKey
  }
  type APIKeyAdminQueries {
    list(email: String, name: String, fingerprint: String, status: APIKeyStatus): [APIKey!]!
    get(id: ID!): APIKey
  }
  type AdminQueries { apiKeys: APIKeyAdminQueries! }
  type APIKeyAdminMutations { revoke(id: ID!): APIKeyRevokeResult! }
  type AdminMutations { apiKeys: APIKeyAdminMutations! }
  type Query { me: Me admin: AdminQueries! }
  type Mutation {
    apiKeyCreate(input: APIKeyCreateInput!): APIKeyCreateResult!
    apiKeyRevoke(id: ID, secret: String): APIKeyRevokeResult!
    admin: AdminMutations!
  }
`);

interface Filter {
  readonly email?: string | null;
  readonly name?: string | null;
  readonly fingerprint?: string | null;
  readonly status?: 'ACTIVE' | 'EXPIRED' | null;
}

export interface KeyRegistry {
  readonly keys: QuiltKey[];
  readonly audit: AuditEvent[];
  now(): number;
}

/** Answers one GraphQL request of `user`; undefined where nobody is signed in. */
export async function answerGraphql(
  request: RecordedRequest,
  user: QuiltUser | undefined,
  registry: KeyRegistry,
): Promise<EmulatorReply> {
  const { query, operationName, variables } = fieldsOf(request);
  if (typeof query !== 'string') return { status: 400, body: { message: 'query is missing' } };
  const result = await graphql({
    schema,
    source: query,
    rootValue: { ...queries(user, registry), ...mutations(user, registry) },
    ...(typeof operationName === 'string' ? { operationName } : {}),
    ...(typeof variables === 'object' && variables !== null ? { variableValues: { ...variables } } : {}),
  });
  const isSound = result.data !== undefined;
  return { status: isSound ? 200 : 400, body: JSON.parse(JSON.stringify(result)) as object };
}

function queries(user: QuiltUser | undefined, registry: KeyRegistry) {
  const { keys, now } = registry;
  const view = (key: QuiltKey) => viewOf(key, now());
  const list = (filter: Filter, seen: (key: QuiltKey) => boolean) =>
    keys.filter(seen).map(view).filter(matching(filter));
  const own = (key: QuiltKey) => key.userEmail === user?.email;
  const get = (id: string, seen: (key: QuiltKey) => boolean) => {
    const key = keys.find((one) => one.id === id && seen(one));
    return key === undefined ? null : view(key);
  };
  return {
    me: () =>
      user === undefined
        ? null
        : {
            ...user,
            apiKeys: (filter: Filter) => list(filter, own),
            apiKey: ({ id }: { id: string }) => get(id, own),
          },
    // One name for both roots: the query's `list` and `get` beside the mutation's `revoke`.
    admin: () => {
      if (user?.isAdmin !== true) throw new Error('Unauthorized');
      return {
        apiKeys: {
          list: (filter: Filter) => list(filter, () => true),
          get: ({ id }: { id: string }) => get(id, () => true),
          revoke: ({ id }: { id: string }) =>
            remove(
              registry,
              keys.findIndex((key) => key.id === id),
              'APIKeys.Admin.Revoke',
            ),
        },
      };
    },
  };
}

function mutations(user: QuiltUser | undefined, registry: KeyRegistry) {
  const { keys, audit, now } = registry;
  return {
    apiKeyCreate: ({ input: { name, expiresInDays } }: { input: { name: string; expiresInDays: number } }) => {
      if (user === undefined) throw new Error('Unauthorized');
      if (name.trim() === '') return invalid('input.name', 'Name must not be empty');
      if (keys.some((key) => key.userEmail === user.email && key.name === name)) {
        return invalid('input.name', 'An API key with this name already exists');
      }
      if (expiresInDays < 1 || expiresInDays > 365) {
        return invalid('input.expiresInDays', 'Expiration must be between 1 and 365 days');
      }
      const key = newQuiltKey(name, expiresInDays, user.email, now());
      keys.push(key);
      audit.push({ eventName: 'APIKeys.Create', keyId: key.id });
      return { __typename: 'APIKeyCreated', apiKey: viewOf(key, now()), secret: key.secret };
    },
    apiKeyRevoke: ({ id, secret }: { id?: string | null; secret?: string | null }) => {
      if (user === undefined) throw new Error('Unauthorized');
      if ((id ?? undefined) === undefined && (secret ?? undefined) === undefined) {
        return invalid('id', 'Either id or secret is required');
      }
      const at = keys.findIndex((key) =>
        secret ? key.secret === secret : key.id === id && key.userEmail === user.email,
      );
      return remove(registry, at, 'APIKeys.Revoke');
    },
  };
}

function remove({ keys, audit }: KeyRegistry, at: number, eventName: AuditEvent['eventName']) {
  const [gone] = at === -1 ? [] : keys.splice(at, 1);
  if (gone === undefined) return invalid('id', 'API key not found');
  audit.push({ eventName, keyId: gone.id });
  return { __typename: 'Ok', _: true };
}

const invalid = (path: string, message: string) => ({
  __typename: 'InvalidInput',
  errors: [{ path, message, name: 'ValidationError', context: null }],
});

function viewOf(key: QuiltKey, now: number) {
  const { id, name, fingerprint, userEmail, createdAt, expiresAt, lastUsedAt } = key;
  const iso = (at: number) => new Date(at).toISOString();
  return {
    id,
    name,
    fingerprint,
    userEmail,
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
    lastUsedAt: lastUsedAt === undefined ? null : iso(lastUsedAt),
    status: expiresAt > now ? 'ACTIVE' : 'EXPIRED',
  };
}

const matching = (filter: Filter) => (key: ReturnType<typeof viewOf>) =>
  [
    [filter.email, key.userEmail],
    [filter.name, key.name],
    [filter.fingerprint, key.fingerprint],
    [filter.status, key.status],
  ].every(([wanted, is]) => (wanted ?? is) === is);
