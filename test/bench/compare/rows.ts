/** What is compared. Which way is better is said here and nowhere else. */
export interface RowKind {
  readonly what: string;
  /** Empty: a count. */
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** Measured in the same rounds, under the same row. */
  readonly peer?: string;
}

const oidcToken = 'oidc-token';
const oidcAgent = 'oidc-agent';
const cache = 'git-credential-cache';
const bare = 'bare node:http';

/** In the order of the table. A CPU time is the user's and the system's together. */
export const comparedRows = {
  token: { what: 'one token by name, whole process', unit: 'ms', better: 'lower', peer: oidcToken },
  tokenCpu: { what: '  CPU time of the client', unit: 'ms', better: 'lower', peer: oidcToken },
  helper: { what: "one token in git's protocol, whole process", unit: 'ms', better: 'lower', peer: oidcToken },
  helperCpu: { what: '  CPU time of the client', unit: 'ms', better: 'lower', peer: oidcToken },
  twin: { what: '  by the client on Node', unit: 'ms', better: 'lower' },
  twinCpu: { what: '  CPU time of the client on Node', unit: 'ms', better: 'lower' },
  gitFill: { what: 'git credential fill', unit: 'ms', better: 'lower', peer: cache },
  gitFillCpu: { what: '  CPU time of git and the client', unit: 'ms', better: 'lower', peer: cache },
  callCpu: { what: 'CPU time of the broker for one of these calls', unit: 'ms', better: 'lower' },
  herdTokenRequests: { what: 'herd on an expired token: token requests', unit: '', better: 'lower', peer: oidcAgent },
  herdFailures: { what: '  failures', unit: '', better: 'lower', peer: oidcAgent },
  herdTime: { what: '  time', unit: 'ms', better: 'lower', peer: oidcAgent },
  herdCpu: { what: '  CPU time of the broker', unit: 'ms', better: 'lower', peer: oidcAgent },
  requestRate: { what: 'token requests, 64 connections, one core', unit: '/s', better: 'higher', peer: bare },
  requestTail: { what: '  99th percentile', unit: 'ms', better: 'lower', peer: bare },
  requestCpu: { what: '  CPU time per request', unit: 'µs', better: 'lower', peer: bare },
  startTen: { what: 'start until the socket answers, 10 accounts', unit: 'ms', better: 'lower', peer: oidcAgent },
  startTenCpu: { what: '  CPU time', unit: 'ms', better: 'lower' },
  startThousand: { what: '  1,000 accounts', unit: 'ms', better: 'lower', peer: oidcAgent },
  startThousandCpu: { what: '  CPU time, 1,000 accounts', unit: 'ms', better: 'lower' },
  memory: { what: 'memory (PSS), idle, 10 accounts', unit: 'MB', better: 'lower', peer: oidcAgent },
  appStart: { what: 'main process, start until the socket answers', unit: 'ms', better: 'lower' },
  appMenu: { what: '  until the tray has its menu', unit: 'ms', better: 'lower' },
  appCpu: { what: '  CPU time until both', unit: 'ms', better: 'lower' },
  appMemory: { what: 'main process, memory (PSS), idle, 10 accounts', unit: 'MB', better: 'lower' },
  pageHeap: { what: 'pages in Chromium, JavaScript heap, 500 accounts', unit: 'MB', better: 'lower' },
  pagePaint: { what: '  first contentful paint', unit: 'ms', better: 'lower' },
  mainSize: { what: 'size: main process', unit: 'kB', better: 'lower' },
  pagesSize: { what: '  pages, JavaScript', unit: 'kB', better: 'lower' },
  cliSize: { what: '  command line', unit: 'kB', better: 'lower' },
  agentSize: { what: '  agent', unit: 'kB', better: 'lower' },
  nativeSize: { what: '  client, native', unit: 'kB', better: 'lower' },
} as const satisfies Readonly<Record<string, RowKind>>;

export type RowId = keyof typeof comparedRows;

const isRowId = (id: string): id is RowId => Object.hasOwn(comparedRows, id);
export const rowIds: readonly RowId[] = Object.keys(comparedRows).filter(isRowId);

/** Rows of `npm run bench` that a comparison leaves out, and why. */
export const notCompared: readonly string[] = [
  'what the tray costs: it is measured beside an agent without it, for four minutes',
  'git-credential-store, git-credential-oauth, an empty C program, node -e 0 and the stand-in alone: not ours',
  'pages with 10 accounts, rows mounted: the rows with 500 accounts show the same',
  'sizes of the preload script, the CSS, the keychain child and the Node twin: too small for a share to mean much',
  'size of the deb: npm run package makes it',
];
