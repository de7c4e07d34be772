import { writeSync } from 'node:fs';
import { runHeadlessBroker } from '../../../core/host/headless-broker.ts';

/** `keytray agent`, but it tells of every barrier and stops for ever at the one its argument names. */

const stopAt = process.argv[2];

// Stops the whole process at this very instruction, so that whoever kills it finds it exactly there.
const stop = (): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};

const status = await runHeadlessBroker(process.env, (line) => process.stderr.write(`${line}\n`), {
  reached: (name) => {
    writeSync(1, `${name}\n`);
    if (name === stopAt) stop();
  },
});
process.exit(status);
