import type { SetupContext } from '../engine/tool.ts';
import { list } from '../engine/words.ts';
import { entriesAsWritten, npmrcEntries, npmrcLines } from './npmrc-text.ts';

/** What keeps pnpm before 11 from reading an `.npmrc`, a sentence each: it takes the whole file or nothing. */
export function unreadByOlderPnpm(file: string, text: string, env: SetupContext['env']): readonly string[] {
  const unset = unsetVariables(text, env);
  const found = [
    ...(unset.length === 0 ? [] : [`uses ${list(unset)}, without a value`]),
    ...brokenQuotes(text).map((key) => `has a value for ${key} whose quotes hold no JSON`),
    ...variableHelpers(text, env).map((key) => `names a program for ${key} by a variable`),
  ];
  return found.map((what) => `${file} ${what}: pnpm before 11 then reads nothing of the file`);
}

/** Variables without a value and without a default (`${NAME:-x}`), each once. Only npm itself knows `${NAME?}`. */
function unsetVariables(text: string, env: SetupContext['env']): readonly string[] {
  const lines = npmrcLines(text).filter((line) => !/^\s*[;#]/.test(line));
  const used = lines.flatMap((line) => [...line.matchAll(/(?<!\\)(\\*)\$\{([^${}]+)\}/g)]);
  const names = used.flatMap(([, slashes = '', name = '']) => (slashes.length % 2 === 1 ? [] : [name]));
  return [...new Set(names)].filter((name) => /^\w+\??$/.test(name) && env[name] === undefined);
}

/** It reads a value in double quotes as JSON, where npm takes what is no JSON as it stands. */
function brokenQuotes(text: string): readonly string[] {
  const counted = new Map(entriesAsWritten(text).flatMap(({ key, value, nested }) => (nested ? [] : [[key, value]])));
  return [...counted].flatMap(([key, value]) => (/^".*"$/s.test(value) && !isJson(value) ? [key] : []));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function variableHelpers(text: string, env: SetupContext['env']): readonly string[] {
  const written = new Map(entriesAsWritten(text).map(({ at, value }) => [at, value]));
  return npmrcEntries(text, env).flatMap(({ key, value, at, nested }) =>
    !nested && key.endsWith('tokenHelper') && written.get(at) !== value ? [key] : [],
  );
}
