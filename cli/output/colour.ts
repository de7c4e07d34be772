import { styleText } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/** FORCE_COLOR wins over NO_COLOR (https://no-color.org, https://force-color.org), both over what the terminal is. */
export function wantsColour(env: Environment, isTerminal: boolean): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return isTerminal && env.TERM !== 'dumb';
}

export type Paint = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold';

/** A painter that leaves the text as it is where colour is not wanted. */
export function painter(colour: boolean): (paint: Paint, text: string) => string {
  return (paint, text) => (colour ? styleText(paint, text, { validateStream: false }) : text);
}
