import type { Plugin } from 'vite';

/** What keeps a program that runs for days small: V8 holds its text as long as it runs. */
export function leanBundle(): Plugin[] {
  return [englishZod, plainText];
}

/** Blanks and comments go. Names stay: the log tells where an error was made. */
export const withoutBlanks = { compress: false, mangle: false, codegen: true } as const;

/** A library that passes zod on as a whole brings its messages in some fifty languages with it. */
const englishZod: Plugin = {
  name: 'english-zod',
  load: (id) => (id.endsWith('/zod/v4/locales/index.js') ? `export { default as en } from './en.js';` : undefined),
};

/** One character beyond ASCII, and V8 takes two bytes for every one of the file. */
const plainText: Plugin = {
  name: 'plain-text',
  generateBundle(_options, bundle) {
    for (const output of Object.values(bundle)) {
      if (output.type === 'chunk') output.code = escapeBeyondAscii(output.code);
    }
  },
};

/** The same program: strings, templates and regular expressions read an escape as what it stands for; `String.raw` does not. */
export function escapeBeyondAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
