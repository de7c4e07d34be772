import type { Service } from './service.ts';

/** Azure DevOps signs in at Microsoft Entra; the tenant is part of the issuer, so the account names it. */
export const azureDevops: Service = {
  name: 'azure-devops',
  title: 'Azure DevOps',
  grants: ['authorization_code', 'api_key', 'command'],
  check: {
    kind: 'http',
    method: 'GET',
    path: '/_apis/profile/profiles/me?api-version=7.1',
    publicAddress: 'https://app.vssps.visualstudio.com',
    ownPath: '/_apis/connectionData?api-version=7.1-preview',
    who: ['emailAddress', 'displayName', 'authenticatedUser.providerDisplayName'],
  },
  issuer: undefined,
  endpoints: {},
  // The first is the id of Azure DevOps itself, the same in every tenant.
  scopes: ['499b84ac-1321-427f-aa17-267ca6975798/.default', 'openid', 'profile', 'offline_access'],
  // Entra ignores the port of http://localhost only; 127.0.0.1 needs an edited manifest.
  redirect: { host: 'localhost', ports: 'any', path: 'none' },
  fixedRedirect: true,
  clientId: undefined,
  clientSecret: 'none',
  // Entra grants offline_access without it, and `consent` ends at "needs admin approval" in many tenants.
  prompt: 'select_account',
  authorizationParams: {},
  username: 'oauth2',
  refreshRevokesAccess: false,
  deadTokenErrors: [],
  serves: { git: ['dev.azure.com'] },
  servesOwnHost: [],
  registration: {
    url: 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
    steps: [
      'New registration, then Authentication, Add a platform, Mobile and desktop applications.',
      'Custom redirect URI: REDIRECT_URI (Entra ignores the port of http://localhost).',
      'API permissions: Azure DevOps, user_impersonation.',
      'The issuer is https://login.microsoftonline.com/TENANT_ID/v2.0 (Directory (tenant) ID on the overview page).',
    ],
  },
};
