import { datadogFailures, datadogKeyFailures } from './datadog-failures.ts';
import type { Service } from './service.ts';
import { withoutBrowser } from './without-browser.ts';

/** `grant: aws_identity` proves who asks at AWS and needs no key; `grant: api_key` takes the two classic ones. */
export const datadog: Service = {
  ...withoutBrowser,
  name: 'datadog',
  title: 'Datadog',
  grants: ['aws_identity', 'api_key'],
  fields: {
    api_key: [
      {
        name: 'api_key',
        title: 'API key',
        where: 'https://app.datadoghq.com/organization-settings/api-keys',
        header: 'DD-API-KEY',
      },
      {
        name: 'app_key',
        title: 'Application key',
        where: 'https://app.datadoghq.com/organization-settings/application-keys',
        header: 'DD-APPLICATION-KEY',
      },
    ],
  },
  address: { setting: 'site', otherwise: 'datadoghq.com', url: 'https://api.SETTING' },
  check: [
    {
      kind: 'http',
      grants: ['api_key'],
      method: 'GET',
      path: '/api/v2/validate_keys',
      who: [],
      failures: datadogKeyFailures,
    },
    {
      kind: 'http',
      grants: ['aws_identity'],
      method: 'GET',
      path: '/api/v2/current_user',
      who: ['data.attributes.email', 'data.attributes.handle'],
      failures: datadogFailures,
    },
  ],
  permissions: 'mappings',
  settings: {
    org_uuid: 'UUID of the organization, which the proof is bound to: Organization Settings',
    site: 'the site you sign in to: datadoghq.com (default), us3.datadoghq.com, us5.datadoghq.com, datadoghq.eu, ap1.datadoghq.com, ap2.datadoghq.com or ddog-gov.com',
    region: 'AWS region whose STS the proof is for; default: the global one',
  },
  neededSettings: { aws_identity: ['org_uuid'] },
  variables: {
    aws_identity: { always: { DD_SITE: 'settings.site', DD_ACCESS_TOKEN: 'access_token' } },
    api_key: { always: { DD_SITE: 'settings.site', DD_API_KEY: 'field.api_key', DD_APP_KEY: 'field.app_key' } },
  },
  // Its own clients give up a token five minutes before its end.
  minValidity: 300,
  clientSecret: 'none',
  username: 'datadog',
  registration: {
    url: 'https://app.datadoghq.com/organization-settings',
    steps: [
      'Nothing is registered. Map the ARN of the AWS role to a user or service account: Workload Identity Federation, AWS.',
      'Note the UUID of the organization (org_uuid).',
    ],
    needsRedirectUri: false,
  },
};
