import { dataikuPrefix, patterns } from './patterns.ts';

/** Where a secret stands; its value is not kept. */
export interface SecretPlace {
  /** For people. */
  readonly kind: string;
  /** The variable that could stand in its place, where one is known. */
  readonly variable: string | undefined;
  /** Offsets in the text, in UTF-16 units; `to` is one too far. */
  readonly from: number;
  readonly to: number;
}

export interface ScanSettings {
  readonly dataikuPrefix?: string | undefined;
}

/** Every secret in the text of a file, in order, none inside another. */
export async function scanText(
  file: string,
  text: string,
  settings: ScanSettings = {},
): Promise<readonly SecretPlace[]> {
  const found = [...ownPlaces(text, settings.dataikuPrefix ?? dataikuPrefix), ...(await knownPlaces(file, text))];
  const kept: SecretPlace[] = [];
  for (const place of found) {
    if (!kept.some(({ from, to }) => place.from < to && from < place.to)) kept.push(place);
  }
  return kept.sort((left, right) => left.from - right.from);
}

function* ownPlaces(text: string, prefix: string): Generator<SecretPlace> {
  for (const { kind, variable, expression, only } of patterns(prefix)) {
    if (only?.test(text) === false) continue;
    for (const match of text.matchAll(expression)) {
      const secret = match.groups?.secret ?? match[0];
      const from = match.index + match[0].lastIndexOf(secret);
      yield { kind, variable, from, to: from + secret.length };
    }
  }
}

/** What secretlint knows. Its messages quote what they are about, so only place and kind are taken of them. */
async function knownPlaces(file: string, content: string): Promise<readonly SecretPlace[]> {
  const [{ lintSource }, { creator }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ]);
  const ext = /\.[^./]*$/.exec(file)?.[0] ?? '';
  const { messages } = await lintSource({
    source: { filePath: file, content, ext, contentType: 'text' },
    options: { noPhysicFilePath: true, config: { rules: [{ id: 'preset', rule: creator }] } },
  });
  return messages.map(({ ruleId, messageId, range: [from, to] }) => {
    const service = ruleId.replace(/^.*secretlint-rule-/, '');
    return { kind: `${service}: ${messageId}`, variable: undefined, from, to };
  });
}

/** Both from 1, columns in characters of UTF-16. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
