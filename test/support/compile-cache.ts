import path from 'node:path';

/**
 * For `NODE_COMPILE_CACHE`, in the environment of programs that Node runs from their sources: what it made of them the
 * first time is used again, which is two thirds of what such a start costs.
 */
export const compileCache = path.resolve(import.meta.dirname, '../../node_modules/.cache/node-compile');
