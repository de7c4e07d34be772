import { runHeadlessBroker } from './headless-broker.ts';

process.title = 'keytray agent';
const status = await runHeadlessBroker(process.env, (line) => process.stderr.write(`${line}\n`));
// Connections kept alive to authorization servers would hold the process for a while yet.
process.exit(status);
