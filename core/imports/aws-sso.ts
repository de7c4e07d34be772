import { type IniSection, iniSections } from '../setup/engine/ini-text.ts';
import type { Findings, SourceText } from './found.ts';

const entryOf = (section: IniSection, key: string): string | undefined =>
  section.entries.findLast((entry) => entry.key === key)?.value;

/**
 * IAM Identity Center: sessions and profiles of `~/.aws/config`, and how many files the cache of the AWS CLI has. Its
 * sign-in is AWS's own and stays with `aws sso login`; what a profile can be used for is said.
 */
export function readAwsSso(config: SourceText | undefined, cached: number): Findings {
  const notes = config === undefined ? [] : [...notesOf(config)];
  if (cached > 0) notes.push('the tokens of the AWS CLI stay in its cache, ~/.aws/sso/cache, for its own use');
  return { accounts: [], notes };
}

function* notesOf({ file, text }: SourceText): Generator<string> {
  for (const section of iniSections(text)) {
    const session = /^sso-session\s+(.+)$/.exec(section.name)?.[1];
    const profile = /^(?:profile\s+(.+)|(default))$/.exec(section.name);
    if (session !== undefined) {
      yield `${file}, session ${session}: Keytray does not sign in to IAM Identity Center; go on with: aws sso login --sso-session ${session}`;
    } else if (
      profile !== null &&
      ['sso_session', 'sso_start_url'].some((key) => entryOf(section, key) !== undefined)
    ) {
      const name = profile[1] ?? 'default';
      yield `${file}, profile ${name}: proves who you are where a service takes that, as Datadog: aws_credentials: { profile: ${name} }`;
    }
  }
}
