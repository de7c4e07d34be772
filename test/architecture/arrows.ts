import type { IForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser';

/**
 * The direction of imports along the broker: each folder of `core` may import what stands before its own rank, never
 * its own rank or one after it. Type-only imports count: a type from the wrong side is the wrong side's decision too.
 */
const chain: readonly (readonly string[])[] = [
  ['errors', 'ports', 'secret'],
  ['concurrency'],
  ['untrusted'],
  // What a failure is in words: whoever tells of one says the same.
  ['failures'],
  // What the machine says of files, of the environment and of peers, asked by the reading of the configuration too.
  ['platform'],
  ['services'],
  ['config'],
  ['wire', 'http'],
  ['oauth'],
  ['stores', 'credentials'],
  ['accounts'],
  ['sign-in', 'refresh'],
  ['hand-out', 'notices', 'tray'],
  ['broker'],
  ['host'],
];

const common = chain.slice(0, chain.findIndex((rank) => rank.includes('config')) + 1).flat();

/** What stands beside the broker: each with the folders it may import, and nothing else of `core`. */
const beside: Readonly<Record<string, readonly string[]>> = {
  helpers: [...common, 'wire', 'credentials'],
  setup: [...common, 'wire', 'helpers'],
  imports: [...common, 'wire', 'helpers', 'setup'],
  scan: common,
  'local-api': [...common, 'wire', 'http'],
  endpoints: [...common.filter((folder) => folder !== 'config' && folder !== 'services'), 'wire', 'http'],
};

/** The only folders of the broker that know one of those beside it. */
const knownBeside: Readonly<Record<string, readonly string[]>> = {
  broker: ['helpers', 'endpoints'],
  host: ['helpers', 'endpoints', 'local-api'],
};

const foundation = chain[0] ?? [];

/** Every folder of `core`, and what of `core` it may import besides itself. */
export const rooms: ReadonlyMap<string, readonly string[]> = new Map([
  ...chain.flatMap((rank, index) =>
    rank.map(
      (name) =>
        [name, index === 0 ? foundation : [...chain.slice(0, index).flat(), ...(knownBeside[name] ?? [])]] as const,
    ),
  ),
  ...Object.entries(beside),
]);

/** `errors` is one file, `oauth` a folder. */
function place(name: string): string {
  return foundation.includes(name) ? `^core/${name}\\.ts$` : `^core/${name}/`;
}

const rankRules: IForbiddenRuleType[] = [...rooms].map(([name, known]) => ({
  name: `core-${name}`,
  severity: 'error',
  comment: `${name} must not know what is built on top of it or beside it`,
  from: { path: place(name) },
  to: { path: '^core/', pathNot: [name, ...known].map(place).join('|') },
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
    path: '^(?:cli|client|demo|ipc|electron|renderer)/',
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
      '^core/(?:local-api/client/client\\.ts$|wire/(?:[a-z-]*schemas|account-needs)\\.ts$|(?:config|services|setup|imports|scan|platform|untrusted|failures|endpoints)/|(?:errors|secret)\\.ts$)',
  }),
  {
    name: 'cli-never-reaches-tokens',
    severity: 'error',
    comment: 'what the command line imports must not lead to the token code either',
    from: { path: '^cli/' },
    to: { path: '^core/(?:oauth|credentials|stores|accounts|sign-in|refresh|hand-out|broker)/', reachable: true },
  },
  ban('cli-takes-wire-types', 'the schemas load slowly and only the server needs them', '^cli/', {
    path: '^core/wire/[a-z-]*schemas\\.ts$',
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
        '^core/(?:wire/(?:frames|error-view)|local-api/client/connection|config/paths|platform/start-environment|untrusted/plain-text|failures/next-step|errors|secret)\\.ts$',
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
  ban('helpers-do-no-io', 'a protocol is parsed and formatted; the broker does the rest', '^core/helpers/', {
    path: inputAndOutputButNet,
  }),
  ban(
    'keytar-in-its-child',
    'a locked keyring can block or crash the process that calls keytar',
    '^(?!test/)',
    { path: npm('keytar') },
    '^core/stores/keychain/child\\.ts$',
  ),
  ban(
    'servers-in-the-demo',
    'the embedded authorization server and the driven browser are no part of the broker',
    product,
    { path: npm('oidc-provider', 'playwright-core') },
    '^demo/',
  ),
];

export const arrows: readonly IForbiddenRuleType[] = [...rankRules, ...folderRules];
