import { dataiku } from './dataiku.ts';
import type { Service } from './service.ts';

// Its only calls are predictions, which cost something: there is none to try a key with.
const { check: _, permissions: __, ...shared } = dataiku;

/** An API node of Dataiku, which answers for one service at a time; keys come from its administrator. */
export const dataikuApinode: Service = {
  ...shared,
  name: 'dataiku-apinode',
  title: 'Dataiku API node',
  grants: ['api_key', 'client_credentials', 'token_exchange'],
  settings: { service_id: 'the service of the API node', timeout: 'seconds that clients wait for an answer' },
  url: { what: 'the API node', example: 'https://apinode.example.com' },
  present: { api_key: { kind: 'basic_user' } },
  registration: {
    url: undefined,
    needsRedirectUri: false,
    steps: ['Ask whoever runs the API node for a key of the service.'],
  },
};
