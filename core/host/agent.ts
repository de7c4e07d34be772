import { parseArgs } from 'node:util';
import { guardMemory } from '../platform/memory-guard.ts';
import { takeEnvironment } from '../platform/start-environment.ts';
import { runHeadlessBroker } from './headless-broker.ts';

process.title = 'keytray agent';
guardMemory();
const { values } = parseArgs({ options: { 'passphrase-fd': { type: 'string' } } });
const status = await runHeadlessBroker(
  takeEnvironment(process.env),
  (line) => process.stderr.write(`${line}\n`),
  undefined,
  values['passphrase-fd'] === undefined ? undefined : Number(values['passphrase-fd']),
);
// Connections kept alive to authorization servers would hold the process for a while yet.
process.exit(status);
