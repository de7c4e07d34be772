/** Text for man(7), where a leading dot or quote is a command and a bare hyphen is a typographic one. */

export function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

/** One word of a macro's argument list, whatever it holds. */
function argument(text: string): string {
  return `"${roff(text).replaceAll('"', '\\(dq')}"`;
}

export interface Heading {
  readonly name: string;
  readonly section: number;
  readonly source: string;
  readonly manual: string;
}

/** No date: the same source gives the same page. */
export function title({ name, section, source, manual }: Heading): string {
  return `.TH ${argument(name.toUpperCase())} ${section} "" ${argument(source)} ${argument(manual)}`;
}

export const section = (name: string): string => `.SH ${argument(name)}`;
export const subsection = (name: string): string => `.SS ${argument(name)}`;
export const paragraph = (text: string): string => `.PP\n${roff(text)}`;
export const bold = (text: string): string => `.B ${argument(text)}`;

export interface Entry {
  readonly term: string;
  readonly text: string;
}

export const entry = ({ term, text }: Entry): string => `.TP\n${bold(term)}\n${roff(text)}`;

/** As typed, line for line. */
export const sample = (lines: string): string => `.PP\n.nf\n${roff(lines)}\n.fi`;
