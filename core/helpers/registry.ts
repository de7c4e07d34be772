import { gitHelper } from './git.ts';
import type { Helper } from './helper.ts';

/** Every credential-helper protocol Keytray speaks, by the name in `keytray helper PROTOCOL OPERATION`. */
export const helpers: ReadonlyMap<string, Helper> = new Map([gitHelper].map((helper) => [helper.protocol, helper]));
