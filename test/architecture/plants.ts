import { rooms } from './arrows.ts';

/** One import that breaks each rule: the boundary test must find every one of them. */
export interface Plant {
  readonly name: string;
  readonly rule: string;
  readonly from: string;
  readonly line: string;
}

function plant(rule: string, from: string, line: string): Plant {
  return { name: `${from}: ${line}`, rule, from, line };
}

export const plants: readonly Plant[] = [
  plant('core-errors', 'core/errors.ts', "import { target } from './config/target.ts';"),
  plant('core-ports', 'core/ports.ts', "import type { target } from './config/target.ts';"),
  plant('core-secret', 'core/secret.ts', "export const late = import('./config/target.ts');"),
  plant('core-concurrency', 'core/concurrency/a.ts', "import { target } from '../untrusted/target.ts';"),
  plant('core-untrusted', 'core/untrusted/a.ts', "import type { target } from '../failures/target.ts';"),
  plant('core-failures', 'core/failures/a.ts', "export { target } from '../platform/target.ts';"),
  plant('core-platform', 'core/platform/a.ts', "export const late = import('../services/target.ts');"),
  plant('core-services', 'core/services/a.ts', "import { target } from '../config/target.ts';"),
  plant('core-config', 'core/config/a.ts', "import type { target } from '../wire/target.ts';"),
  plant('core-wire', 'core/wire/a.ts', "export { target } from '../http/target.ts';"),
  plant('core-http', 'core/http/a.ts', "export const late = import('../oauth/target.ts');"),
  plant('core-oauth', 'core/oauth/a.ts', "import { target } from '../stores/target.ts';"),
  plant('core-stores', 'core/stores/a.ts', "import type { target } from '../credentials/target.ts';"),
  plant('core-credentials', 'core/credentials/a.ts', "export { target } from '../accounts/target.ts';"),
  plant('core-accounts', 'core/accounts/a.ts', "export const late = import('../sign-in/target.ts');"),
  plant('core-sign-in', 'core/sign-in/a.ts', "import { target } from '../refresh/target.ts';"),
  plant('core-refresh', 'core/refresh/a.ts', "import type { target } from '../hand-out/target.ts';"),
  plant('core-hand-out', 'core/hand-out/a.ts', "export { target } from '../notices/target.ts';"),
  plant('core-notices', 'core/notices/a.ts', "export const late = import('../broker/target.ts');"),
  plant('core-tray', 'core/tray/a.ts', "import { target } from '../broker/target.ts';"),
  plant('core-broker', 'core/broker/a.ts', "import type { target } from '../local-api/target.ts';"),
  plant('core-host', 'core/host/a.ts', "export { target } from '../setup/target.ts';"),
  plant('core-helpers', 'core/helpers/a.ts', "export const late = import('../stores/target.ts');"),
  plant('core-setup', 'core/setup/a.ts', "import { target } from '../accounts/target.ts';"),
  plant('core-imports', 'core/imports/a.ts', "import { target } from '../stores/target.ts';"),
  plant('core-scan', 'core/scan/a.ts', "export { target } from '../setup/target.ts';"),
  plant('core-local-api', 'core/local-api/a.ts', "import type { target } from '../broker/target.ts';"),
  plant('core-endpoints', 'core/endpoints/a.ts', "export { target } from '../config/target.ts';"),
  plant('core-helpers', 'core/helpers/git/a.ts', "import { target } from '../../oauth/target.ts';"),
  plant('no-cycles', 'core/oauth/ring-a.ts', "import './ring-b.ts';"),
  plant('resolvable', 'core/oauth/b.ts', "import './nowhere.ts';"),
  plant('core-stands-alone', 'core/oauth/c.ts', "import { target } from '../../cli/target.ts';"),
  plant('only-electron-imports-electron', 'core/oauth/d.ts', "import type { Tray } from 'electron';"),
  plant('only-electron-imports-electron', 'cli/d.ts', "import { app } from 'electron/main';"),
  plant('only-electron-imports-electron', 'test/unit/d.ts', "import type { Tray } from 'electron';"),
  plant('stand-in-takes-types', 'test/support/d.ts', "import { app } from 'electron';"),
  plant('app-api-needs-no-electron', 'electron/api/a.ts', "import { target } from '../target.ts';"),
  plant('app-api-needs-no-electron', 'electron/api/b.ts', "import { app } from 'electron';"),
  plant('only-renderer-imports-react', 'electron/d.ts', "import { useState } from 'react';"),
  plant('electron-is-thin', 'electron/a.ts', "import { target } from '../cli/target.ts';"),
  plant('renderer-is-sandboxed', 'renderer/a.tsx', "import type { target } from '../core/config/target.ts';"),
  plant('renderer-is-sandboxed', 'renderer/c.tsx', "import { readFile } from 'node:fs/promises';"),
  plant('renderer-takes-ipc-types', 'renderer/b.tsx', "import { target } from '../ipc/target.ts';"),
  plant('ipc-takes-core-types', 'ipc/a.ts', "import { target } from '../core/config/target.ts';"),
  plant('ipc-is-a-contract', 'ipc/b.ts', "import { connect } from 'node:net';"),
  plant('ipc-knows-zod-alone', 'ipc/c.ts', "import yaml from 'yaml';"),
  plant('cli-asks-the-broker', 'cli/a.ts', "import type { target } from '../core/refresh/target.ts';"),
  plant('cli-asks-the-broker', 'cli/commands/a.ts', "import { target } from '../../core/broker/target.ts';"),
  plant('cli-never-reaches-tokens', 'cli/f.ts', "import { target } from '../core/setup/way.ts';"),
  plant('cli-takes-wire-types', 'cli/b.ts', "import { target } from '../core/wire/schemas.ts';"),
  plant('cli-is-not-desktop', 'cli/c.ts', "import { target } from '../electron/target.ts';"),
  plant('client-parses-no-protocol', 'client/a.ts', "import { target } from '../core/helpers/target.ts';"),
  plant('client-reaches-no-package', 'client/b.ts', "import { target } from '../core/wire/frames.ts';"),
  plant('client-stands-alone', 'client/c.ts', "import { target } from '../cli/target.ts';"),
  plant('product-needs-no-tooling', 'core/oauth/e.ts', "import { target } from '../../test/target.ts';"),
  plant('build-knows-no-tests', 'build/a.ts', "import { target } from '../test/target.ts';"),
  plant('helpers-do-no-io', 'core/helpers/b.ts', "import { readFileSync } from 'node:fs';"),
  plant('keytar-in-its-child', 'core/stores/b.ts', "import keytar from 'keytar';"),
  plant('servers-in-the-demo', 'cli/e.ts', "import Provider from 'oidc-provider';"),
];

/** What the plants import, out of every folder of `core`. */
const targets = [
  ...[...rooms.keys()].map((folder) => `core/${folder}/target.ts`),
  'core/wire/schemas.ts',
  'cli/target.ts',
  'ipc/target.ts',
  'electron/target.ts',
  'test/target.ts',
];

/** Path to text of a small tree that holds every plant and what the plants import. */
export function plantedFiles(): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    'core/wire/frames.ts': "import yaml from 'yaml';\nexport const target = yaml;\n",
    'core/setup/way.ts': "export { target } from '../refresh/target.ts';\n",
    'core/oauth/ring-b.ts': "import './ring-a.ts';\n",
    'node_modules/yaml/index.js': 'export default 1;\n',
  };
  files['node_modules/yaml/package.json'] =
    '{"name":"yaml","version":"1.0.0","type":"module","exports":"./index.js"}\n';
  for (const file of targets) files[file] = 'export const target = 1;\n';
  for (const { from, line } of plants) files[from] = `${line}\n`;
  return files;
}
