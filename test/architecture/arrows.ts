import type { IForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser';

/**
 * The direction of imports. Each folder of `core` may import the ranks before its own and its own rank, never one
 * after it. Type-only imports count: a type from the wrong side is the wrong side's decision too.
 */
export const ranks: readonly (readonly string[])[] = [
  ['errors', 'ports', 'secret'],
  ['concurrency'],
  ['untrusted'],
  // What a failure is in words: whoever tells of one says the same.
  ['failures'],
  // What the machine says of files, of the environment and of peers, asked by the reading of the configuration too.
  ['platform'],
  ['config', 'services'],
  ['http'],
  ['oauth', 'credentials'],
  ['dbus'],
  ['keychain'],
  ['accounts'],
  ['refresh'],
  ['access', 'notices', 'endpoints'],
  ['helpers'],
  ['setup', 'doctor'],
  ['local-api'],
  ['tray'],
];

const foundation = ranks[0] ?? [];

/** `errors` is one file, `oauth` a folder; whatever else lies directly in `core` puts the parts together. */
function place(name: string): string {
  return foundation.includes(name) ? `^core/${name}\\.ts$` : `^core/${name}/`;
}

const composition = `^core/(?!(?:${foundation.join('|')})\\.ts$)[^/]+\\.ts$|^core/broker/`;

function anyOf(names: readonly string[]): string {
  return names.map(place).join('|');
}

const rankRules: IForbiddenRuleType[] = ranks.map((rank, index) => ({
  name: `core-${rank.join('-')}`,
  severity: 'error',
  comment: `${rank.join(' and ')} must not know what is built on top of it`,
  from: { path: anyOf(rank) },
  to: { path: [anyOf(ranks.slice(index + 1).flat()), composition].filter((part) => part !== '').join('|') },
}));

function ban(name: string, comment: string, from: string, to: IRegularForbiddenRuleType['to'], fromNot?: string) {
  const origin = fromNot === undefined ? { path: from } : { path: from, pathNot: fromNot };
  return { name, severity: 'error', comment, from: origin, to } satisfies IForbiddenRuleType;
}

/** A package by name, installed or not; `electron/` is our own folder too, so a bare name must stand alone. */
const npm = (...names: readonly string[]) => `^(?:${names.join('|')})$|node_modules/(?:${names.join('|')})(?:/|$)`;
const electronPackage = npm('electron(?:/(?:main|renderer|common|utility))?');
const anyPackage = '(?:^|/)node_modules/';
const inputAndOutput = '^(?:node:)?(?:fs|net|http|http2|https|tls|dgram|dns|child_process|worker_threads)(?:/|$)';
/** `isIP` of node:net is arithmetic. */
const inputAndOutputButNet = inputAndOutput.replace('|net|', '|');
const product = '^(?:core|cli|client|ipc|electron|renderer)/';

const folderRules: IForbiddenRuleType[] = [
  ban('no-cycles', 'a cycle has no order in which it can be understood', '', { circular: true }),
  ban(
    'resolvable',
    'an import that leads nowhere breaks at run time only',
    '',
    { couldNotResolve: true },
    '^electron/',
  ),
  ban('core-stands-alone', 'the broker runs without a desktop and without the command line', '^core/', {
    path: '^(?:cli|client|ipc|electron|renderer)/',
  }),
  ban(
    'only-electron-imports-electron',
    'everything else must run where there is no Electron',
    '^(?!electron/|test/support/(?:electron-stand-in/|desktop-scene\\.ts$))',
    { path: electronPackage },
  ),
  ban('stand-in-takes-types', 'what stands in for Electron cannot need it', '^test/support/', {
    path: electronPackage,
    dependencyTypesNot: ['type-only'],
  }),
  ban('app-api-needs-no-electron', 'the same api serves a page in a plain browser', '^electron/api/', {
    path: `^electron/(?!api/)|${electronPackage}`,
  }),
  ban('only-renderer-imports-react', 'pages are drawn in one place', '^(?!renderer/|test/)', {
    path: npm('react', 'react-dom'),
  }),
  ban('electron-is-thin', 'adapters over core; they drive neither the command line nor the page', '^electron/', {
    path: '^(?:cli|client|renderer|build|test)/',
  }),
  ban('renderer-is-sandboxed', 'a page sees view models, never tokens, files or the broker', '^renderer/', {
    path: `^(?:core|cli|client|electron|build|test)/|${inputAndOutput}`,
  }),
  ban('renderer-takes-ipc-types', 'values of ipc belong to the process that validates', '^renderer/', {
    path: '^ipc/',
    dependencyTypesNot: ['type-only'],
  }),
  ban('ipc-takes-core-types', 'the contract must load in a sandboxed page', '^ipc/', {
    path: '^core/',
    dependencyTypesNot: ['type-only'],
  }),
  ban('ipc-is-a-contract', 'types and validators only', '^ipc/', {
    path: `^(?:cli|client|electron|renderer|build|test)/|${inputAndOutput}`,
  }),
  ban('ipc-knows-zod-alone', 'types and validators only', '^ipc/', {
    path: anyPackage,
    pathNot: npm('zod'),
  }),
  ban('cli-asks-the-broker', 'a command line that cannot reach the token code can never refresh', '^cli/', {
    path: '^core/',
    pathNot:
      '^core/(?:local-api/(?:client|wire)\\.ts$|(?:config|services|setup|platform|untrusted|failures|endpoints)/|(?:errors|secret)\\.ts$)',
  }),
  {
    name: 'cli-never-reaches-tokens',
    severity: 'error',
    comment: 'what the command line imports must not lead to the token code either',
    from: { path: '^cli/' },
    to: { path: '^core/(?:oauth|credentials|keychain|accounts|refresh)/', reachable: true },
  },
  ban('cli-takes-wire-types', 'the schemas load slowly and only the server needs them', '^cli/', {
    path: '^core/local-api/wire\\.ts$',
    dependencyTypesNot: ['type-only'],
  }),
  ban('cli-is-not-desktop', 'it runs over ssh', '^cli/', { path: '^(?:client|ipc|electron|renderer|build|test)/' }),
  ban(
    'client-parses-no-protocol',
    'it starts for every credential; only frames, the connection and paths are shared',
    '^client/',
    {
      path: '^core/',
      pathNot:
        '^core/(?:local-api/(?:frames|connection|error-view)|config/paths|platform/start-environment|untrusted/plain-text|failures/next-step|errors|secret)\\.ts$',
    },
  ),
  {
    name: 'client-reaches-no-package',
    severity: 'error',
    comment: 'it starts for every credential: what it shares with core must be light too',
    from: { path: '^client/' },
    to: { path: anyPackage, reachable: true },
  },
  ban('client-stands-alone', 'it starts for every credential', '^client/', {
    path: '^(?:cli|ipc|electron|renderer|build|test)/',
  }),
  ban('product-needs-no-tooling', 'what ships cannot lean on how it is built or tested', product, {
    path: '^(?:build|test)/',
  }),
  ban('build-knows-no-tests', 'a build must work where tests are not shipped', '^build/', { path: '^test/' }),
  ban(
    'endpoints-ask-through-a-port',
    'an endpoint that could reach accounts or stores would hand out what nobody judged; the command line holds some',
    '^core/endpoints/',
    {
      path: '^core/',
      pathNot:
        '^core/(?:endpoints|http|platform|wire|concurrency|untrusted|failures)/|^core/(?:errors|ports|secret)\\.ts$',
    },
  ),
  ban('helpers-do-no-io', 'a protocol is parsed and formatted; the broker does the rest', '^core/helpers/', {
    path: inputAndOutputButNet,
  }),
  ban(
    'keytar-in-its-child',
    'a locked keyring can block or crash the process that calls keytar',
    '^(?!test/)',
    { path: npm('keytar') },
    '^core/keychain/child\\.ts$',
  ),
  ban(
    'servers-in-the-demo',
    'the embedded authorization server and the driven browser are no part of the broker',
    product,
    { path: npm('oidc-provider', 'playwright-core') },
    '^cli/demo/',
  ),
];

export const arrows: readonly IForbiddenRuleType[] = [...rankRules, ...folderRules];
