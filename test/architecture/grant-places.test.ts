import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { grantKinds } from '../../core/services/grant.ts';
import { repositoryRoot, sourceFiles } from './source-files.ts';

/** The switches that know every grant: how a credential is obtained, renewed and given back. */
const switches = ['core/sign-in/sign-out.ts', 'core/refresh/renew.ts', 'core/sign-in/obtain.ts'];

/**
 * Places that are not behaviour: what the grants are, which keys and fields they have, parameters of a protocol,
 * and what a form offers.
 */
const data = [
  'cli/local-endpoints.ts',
  'cli/migrate/plan.ts',
  'core/config/grant-rules.ts',
  'core/endpoints/auth0-token.ts',
  'core/services/fields.ts',
  'core/services/grant-needs.ts',
  'core/services/grant.ts',
  'core/config/resolve.ts',
  'ipc/requests.ts',
  'renderer/add-account/words.ts',
];

// The other words are parameters of protocols and keys of the configuration as well.
const unmistakable = grantKinds.filter((kind) => !['authorization_code', 'command'].includes(kind));

/** Files of the product that name a grant in quotes; those of the services, and those named after a grant, apart. */
function placesOf(files: readonly { readonly file: string; readonly text: string }[]): readonly string[] {
  const word = new RegExp(`['"\\x60](?:${unmistakable.join('|')})['"\\x60]`);
  const ofOneGrant = grantKinds.map((kind) => `/${kind.replaceAll('_', '-')}.ts`);
  return (
    files
      .filter(({ file }) => /^(?:core|cli|electron|ipc|renderer)\//.test(file))
      .filter(({ file }) => !ofOneGrant.some((name) => file.endsWith(name)))
      .filter(({ text }) => word.test(text) || /case 'authorization_code':/.test(text))
      .map(({ file }) => file)
      .filter((file) => !/^core\/services\/(?!grant|fields)/.test(file))
      // What the files of other tools amount to, in the words of the configuration, and what they call a key.
      .filter((file) => !/^core\/(?:imports|scan)\//.test(file))
      .sort()
  );
}

describe('a grant', () => {
  it('is named in three switches and in data, and nowhere else', () => {
    const files = sourceFiles(repositoryRoot).map((file) => ({
      file,
      text: readFileSync(join(repositoryRoot, file), 'utf8'),
    }));
    expect(placesOf(files)).toEqual([...switches, ...data].sort());
  });

  it('is found where a file asks for one', () => {
    expect(placesOf([{ file: 'core/hand-out/token.ts', text: "if (grant.kind === 'api_key') return;" }])).toEqual([
      'core/hand-out/token.ts',
    ]);
    expect(placesOf([{ file: 'core/refresh/api-key.ts', text: "grant: 'api_key'" }])).toEqual([]);
  });
});
