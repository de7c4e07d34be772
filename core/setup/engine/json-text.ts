import { applyEdits, type FormattingOptions, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { KeytrayError } from '../../errors.ts';
import { correctFile } from './words.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined for what is no JSON object. */
export function readObject(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { disallowComments: true });
  return errors.length === 0 && isObject(value) ? value : undefined;
}

/** The object in a configuration file; an empty file has none yet. Throws with the line of a mistake. */
export function parseObject(text: string, file: string): JsonObject {
  if (text.trim() === '') return {};
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { disallowComments: true });
  const [error] = errors;
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split('\n').length;
    const what = printParseErrorCode(error.error).replace(/([a-z])([A-Z])/g, '$1 $2');
    throw new KeytrayError('misconfigured', `${file}:${line}: no JSON (${what.toLowerCase()})`, {
      advice: correctFile,
    });
  }
  if (!isObject(value))
    throw new KeytrayError('misconfigured', `${file} is not a JSON object`, { advice: correctFile });
  return value;
}

/** How new lines of a text are to be written: as the others are. */
export function formattingOf(text: string): FormattingOptions {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '\t';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

/** The same text with one value changed, or removed where it is undefined. All else keeps its bytes. */
export function setIn(text: string, path: readonly string[], value: unknown): string {
  const base = text.trim() === '' ? '{}\n' : text;
  return applyEdits(base, modify(base, [...path], value, { formattingOptions: formattingOf(text) }));
}
