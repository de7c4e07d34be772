import { dataikuFailures, dataikuWords } from './dataiku-failures.ts';
import type { Service } from './service.ts';
import { withoutBrowser } from './without-browser.ts';

/** Dataiku DSS: an instance is the account's `url`, and a key is personal, of a project, or global. */
export const dataiku: Service = {
  ...withoutBrowser,
  name: 'dataiku',
  title: 'Dataiku',
  grants: ['api_key'],
  fields: {
    api_key: [
      {
        name: 'api_key',
        title: 'API key',
        where: 'Profile & Settings, API keys, Create a new key',
        rules: [
          { kind: 'must_not', pattern: '\\s', message: 'the API key has a space in it; copy it again, and only it' },
          { kind: 'must_not', pattern: '^https?://', message: 'this is an address; enter the key itself' },
        ],
      },
    ],
  },
  settings: {
    scope: 'what the key is for: instance, project or item',
    project: 'the project key, where the key is of one project',
    timeout: 'seconds that clients wait for an answer',
  },
  url: { what: 'the instance', example: 'https://dss.example.com' },
  present: { api_key: { kind: 'basic_user' } },
  variables: {
    api_key: {
      always: {
        DATAIKU_HOST: 'url',
        DATAIKU_API_KEY: 'access_token',
        DKU_DSS_URL: 'url',
        DKU_API_KEY: 'access_token',
        REQUESTS_CA_BUNDLE: 'tls_ca',
        SSL_CERT_FILE: 'tls_ca',
        NODE_EXTRA_CA_CERTS: 'tls_ca',
      },
      // Inside a job.
      overruledBy: { variable: 'DKU_API_TICKET', reader: 'clients of Dataiku' },
      prefixed: { HOST: 'url', API_KEY: 'access_token', TIMEOUT: 'timeout', VERIFY_SSL: 'tls_verify' },
    },
  },
  permissions: 'dataiku',
  check: {
    kind: 'http',
    method: 'GET',
    path: '/public/api/auth/info?withSecrets=false',
    who: ['authIdentifier'],
    failures: dataikuFailures,
    words: dataikuWords,
  },
  apiKeys: 'dataiku',
  clientSecret: 'none',
  username: '',
  registration: {
    url: undefined,
    needsRedirectUri: false,
    steps: ['In Dataiku: Profile & Settings, API keys, Create a new key.'],
  },
};
