import { listServices, registrationFor } from '../../../electron/api/services.ts';
import type { AppApi } from '../../../ipc/contract.ts';
import type { AppEvent, Settings, ToolView } from '../../../ipc/views.ts';
import { sampleAccounts, sampleActivity, sampleKeys, sampleStatus } from './sample.ts';

const settings: Settings = {
  startAtLogin: { on: true },
  reminder: 60,
  keychain: sampleStatus.keychain,
  encryptedFile: { state: 'locked', present: false },
  accounts: sampleAccounts.map(({ account, title, store }) => ({ account, title, store, editable: true })),
  configFile: '/home/ada/.config/keytray/config.yaml',
  logFile: '/home/ada/.local/state/keytray/agent.log',
  version: '0.1.0',
};

const tools: readonly ToolView[] = [
  {
    tool: 'git',
    title: 'git',
    state: 'set_up',
    version: '2.47.3',
    accounts: ['github@work', 'gitlab@acme'],
    hosts: ['github.com', 'gitlab.com'],
  },
  {
    tool: 'docker',
    title: 'docker',
    state: 'not_set_up',
    version: '26.1.5',
    accounts: ['gitlab@acme'],
    hosts: ['registry.gitlab.com'],
    conflict: 'auths in ~/.docker/config.json answers for registry.gitlab.com before Keytray does.',
  },
  {
    tool: 'curl',
    title: 'curl',
    state: 'not_set_up',
    byHand: true,
    accounts: ['gitlab@acme'],
    hosts: ['gitlab.com'],
  },
  { tool: 'psql', title: 'psql', state: 'not_found', accounts: ['lakebase@shop'], hosts: ['lakebase.shop.example'] },
];

const dockerDiff = `--- /home/ada/.docker/config.json
+++ /home/ada/.docker/config.json
@@ -2 +2,4 @@
-  "auths": {}
+  "auths": {},
+  "credHelpers": {
+    "registry.gitlab.com": "keytray"
+  }`;

const dockerPlan = {
  tool: 'docker',
  changed: true,
  files: [{ file: '/home/ada/.docker/config.json', diff: dockerDiff }],
  lines: ['docker would ask Keytray for registry.gitlab.com (/home/ada/.docker/config.json).'],
  warnings: [],
};

/** Answers the pages with the sample; whatever would change it is refused. */
export function sampleApi(): Partial<AppApi> {
  return {
    status: async () => sampleStatus,
    activity: async () => sampleActivity,
    account: async ({ account }) => {
      const view = sampleAccounts.find((known) => known.account === account);
      if (view === undefined) throw new Error('no such account');
      return {
        account: view,
        issuer: view.subject?.issuer ?? 'https://login.acme.example',
        endpoints: {
          authorization: 'https://gitlab.com/oauth/authorize',
          token: 'https://gitlab.com/oauth/token',
          revocation: 'https://gitlab.com/oauth/revoke',
        },
        clientId: '4f0c2d',
        redirectUri: 'http://127.0.0.1/callback',
        clientSecret: 'optional',
        position: '/home/ada/.config/keytray/config.yaml:12',
        editable: true,
        apiKeys: account === 'quilt@acme',
        databases: account === 'lakebase@shop' ? ['shop'] : [],
        families: ['git', 'docker', 'kubernetes', 'aws', 'cargo', 'pip', 'npm', 'postgres', 'curl'],
      };
    },
    listServices: async () => listServices(),
    registration: async (request) => registrationFor(request),
    checkIssuer: async ({ issuer }) => ({ kind: 'found', issuer, endpoints: {}, notes: [] }),
    apiKeyAccounts: async () => [
      { account: 'quilt@acme', title: 'quilt (acme)', server: 'https://quilt.acme.example', revokesBySecret: true },
      { account: 'quilt@lab', title: 'quilt (lab)', server: 'https://quilt.lab.example', revokesBySecret: true },
      { account: 'dataiku@prod', title: 'dataiku (prod)', server: 'https://dss.acme.example', revokesBySecret: false },
    ],
    apiKeys: async () => sampleKeys,
    listTools: async () => tools,
    planSetup: async ({ tool }) =>
      tool === 'curl'
        ? {
            tool,
            changed: false,
            files: [],
            lines: ['keytray helper curl config https://gitlab.com/api | curl -K - https://gitlab.com/api'],
            warnings: [],
          }
        : dockerPlan,
    settings: async () => settings,
  };
}

export const firstEvent: AppEvent = { type: 'broker', event: { type: 'state', status: sampleStatus } };
