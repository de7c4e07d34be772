import { oneRun } from '../compare/one-run.ts';
import { productAt } from '../product.ts';

/** `compare-run.ts ROOT INDEX quick|thorough`: one run of this checkout beside the build in ROOT. Prints a `RunReport`. */
const [root = '', index = '0', amount] = process.argv.slice(2);
const report = await oneRun({ there: productAt(root), index: Number(index), quick: amount === 'quick' });
process.stdout.write(`${JSON.stringify(report)}\n`);
