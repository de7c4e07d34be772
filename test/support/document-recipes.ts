import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from './keytray.ts';

/** A document about a service: its recipes are run, and the sentences it quotes are compared. */
export interface ServiceDocument {
  readonly text: string;
  /** The first block of that language below a heading of the third level. */
  recipe(heading: string, language: 'sh' | 'python' | 'js'): string;
}

/** `docs/services/NAME.md` */
export function readServiceDocument(name: string): ServiceDocument {
  const text = readFileSync(path.join(repository, 'docs/services', `${name}.md`), 'utf8');
  return {
    text,
    recipe(heading, language) {
      const below = text.split('\n### ').find((section) => section.startsWith(`${heading}\n`));
      const code = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(below?.split('\n## ')[0] ?? '')?.[1];
      if (code === undefined) throw new Error(`${name}.md has no ${language} recipe for ${heading}`);
      return code;
    },
  };
}
