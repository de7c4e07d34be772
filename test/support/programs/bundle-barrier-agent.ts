import path from 'node:path';
import { bundleProgram } from '../../../build/bundle-program.ts';

/** `bundle-barrier-agent.ts FOLDER`: writes barrier-agent.js there. */

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('usage: bundle-barrier-agent.ts FOLDER');
await bundleProgram('barrier-agent', path.join(import.meta.dirname, 'barrier-agent.ts'), folder);
