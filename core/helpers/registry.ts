import { cargoHelper } from './cargo.ts';
import { gitHelper } from './git.ts';
import { googleHelper } from './google.ts';
import type { Helper } from './helper.ts';
import { npmHelper } from './npm.ts';
import { pipHelper } from './pip.ts';

/** Every credential-helper protocol Keytray speaks, by the name in `keytray helper PROTOCOL OPERATION`. */
export const helpers: ReadonlyMap<string, Helper> = new Map(
  [gitHelper, cargoHelper, googleHelper, npmHelper, pipHelper].map((helper) => [helper.protocol, helper]),
);
