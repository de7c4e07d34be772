import { quiltFailures } from './quilt-failures.ts';
import type { Service } from './service.ts';
import type { ServiceVariables } from './variables.ts';
import { withoutBrowser } from './without-browser.ts';

const session: ServiceVariables = {
  always: { QUILT_ACCESS_TOKEN: 'access_token', QUILT_CATALOG_URL: 'url', QUILT_REGISTRY_URL: 'service_url' },
};

/** Quilt: a catalog is the account's `url`, and names the registry that has the API. */
export const quilt: Service = {
  ...withoutBrowser,
  name: 'quilt',
  title: 'Quilt',
  grants: ['pasted_code', 'api_key', 'authorization_code'],
  fields: {
    pasted_code: [
      {
        name: 'code',
        title: 'Code',
        where: 'the page of the registry that the sign-in opens',
        rules: [
          { kind: 'must_not', pattern: '\\s', message: 'the code has a space in it; copy it again, and only it' },
          {
            kind: 'must_not',
            pattern: '^https?://',
            message: 'this is an address; paste the code that the page shows',
          },
          { kind: 'must_not', pattern: '^qk_', message: 'this is an API key: write grant: api_key for the account' },
        ],
      },
    ],
    api_key: [
      {
        name: 'api_key',
        title: 'API key',
        where: 'who is signed in with quilt3 creates one: quilt3.api_keys.create(NAME); it begins with qk_',
        rules: [
          {
            kind: 'must_not',
            pattern: '\\s',
            message: 'the API key has a space or a line break in it; copy it again, and only it',
          },
          {
            kind: 'must_not',
            pattern: '\\.\\.\\.',
            message: 'this is the fingerprint that Quilt shows of a key; enter the key itself',
          },
          {
            kind: 'must',
            pattern: '^qk_',
            message: 'a Quilt API key begins with qk_; copy it again from its first character',
          },
          {
            kind: 'must',
            pattern: '^qk_.{8}',
            message: 'the API key is too short and was probably cut off; copy it again to its end',
          },
        ],
      },
    ],
  },
  variables: {
    pasted_code: session,
    authorization_code: session,
    api_key: {
      always: { QUILT_API_KEY: 'access_token', QUILT_CATALOG_URL: 'url', QUILT_REGISTRY_URL: 'service_url' },
    },
  },
  url: { what: 'the catalog, as you open it in a browser', example: 'https://quilt.example.com' },
  // A catalog is known by its own address, and its registry issues the tokens.
  atUrl: { issuer: '' },
  apiKeys: 'quilt',
  catalog: {
    document: '/config.json',
    member: 'registryUrl',
    token: '/api/token',
    codePage: '/login',
    awsKeys: '/api/auth/get_credentials',
  },
  check: {
    kind: 'http',
    method: 'POST',
    path: '/graphql',
    body: { query: 'query { me { name email } }' },
    answer: { errors: 'errors', found: 'data.me' },
    who: ['data.me.email', 'data.me.name'],
    failures: quiltFailures,
  },
  // Docs of Quilt, Catalog/Connect.md and MCP-Server.md. No document of a catalog names the host of its Connect server.
  registeringServer: { what: 'the Connect server of the catalog', resource: '/mcp/platform' },
  clientSecret: 'none',
  username: 'token',
  registration: {
    url: undefined,
    needsRedirectUri: false,
    steps: ['Nothing is registered: only the address of the catalog is needed.'],
  },
};
