import { applyEdits, modify } from 'jsonc-parser';

/** The same text without one member; every other byte stays, a file on one line too. */
export function withoutMember(text: string, path: readonly string[]): string {
  return applyEdits(text, modify(text, [...path], undefined, {}));
}
