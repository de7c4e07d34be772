import { dataiku } from './dataiku.ts';
import type { Service } from './service.ts';

/** An API node of Dataiku, which answers for one service at a time; keys come from its administrator. */
export const dataikuApinode: Service = {
  ...dataiku,
  name: 'dataiku-apinode',
  title: 'Dataiku API node',
  grants: ['api_key', 'client_credentials', 'token_exchange'],
  settings: { service_id: 'the service of the API node', timeout: 'seconds that clients wait for an answer' },
  present: { api_key: { kind: 'basic_user' } },
  registration: {
    url: undefined,
    needsRedirectUri: false,
    steps: ['Ask whoever runs the API node for a key of the service.', 'The url is the address of the API node.'],
  },
};
