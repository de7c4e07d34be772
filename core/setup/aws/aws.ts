import { join } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { type IniSection, iniSections, withIniValue, withoutIniEntry } from '../engine/ini-text.ts';
import { orNoFile } from '../engine/text-lines.ts';
import type { SetupAccount, SetupContext, Tool } from '../engine/tool.ts';
import { correctFile, keytrayCommand, list, quotedPath } from '../engine/words.ts';

const key = 'credential_process';
const ours = /keytray"? helper aws (?:get|credential-process)(?: |$)/;

interface Profile {
  readonly name: string;
  readonly account: string;
  /** Undefined where the account's service gives credentials of its own. */
  readonly role: string | undefined;
}

/** `arn:aws:iam::123456789012:role/path/deploy`. */
const roleArn = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]+)$/;

/** Those of roles, and one for each account whose service gives credentials of its own. */
export function profilesOf(accounts: readonly SetupAccount[]): readonly Profile[] {
  const own = accounts.filter(({ catalog }) => catalog !== undefined);
  return withoutTwins([
    ...roleProfiles(accounts),
    ...own.map(({ id }) => ({ name: `keytray-${word(id)}`, account: id, role: undefined })),
  ]);
}

const word = (text: string): string => text.replace(/[^\w.-]/g, '-');

/** The first of a name has it alone, the others with their number. */
function withoutTwins(profiles: readonly Profile[]): readonly Profile[] {
  const taken = new Map<string, number>();
  return profiles.map((profile) => {
    const count = (taken.get(profile.name) ?? 0) + 1;
    taken.set(profile.name, count);
    return count === 1 ? profile : { ...profile, name: `${profile.name}-${count}` };
  });
}

/** As short as they stay apart: the role's name, else with the AWS account. */
function roleProfiles(accounts: readonly SetupAccount[]): readonly Profile[] {
  const roles = accounts.flatMap(({ id, serves }) =>
    (serves.aws ?? []).flatMap((role) => {
      const [, number, name] = roleArn.exec(role) ?? [];
      return number === undefined || name === undefined ? [] : [{ account: id, role, number, name }];
    }),
  );
  const short = (name: string): boolean => roles.filter((role) => word(role.name) === word(name)).length === 1;
  return roles.map(({ account, role, number, name }) => ({
    name: short(name) ? `keytray-${word(name)}` : `keytray-${word(name)}-${number}`,
    account,
    role,
  }));
}

function configFile({ env, home }: SetupContext): string {
  return env.AWS_CONFIG_FILE || join(home, '.aws', 'config');
}

function credentialsFile({ env, home }: SetupContext): string {
  return env.AWS_SHARED_CREDENTIALS_FILE || join(home, '.aws', 'credentials');
}

/** `[profile "a"]` and `[profile  a]` are one profile; in the credentials file a section is its name alone. */
function profileOf(header: string): string | undefined {
  const [, name = ''] = /^\s*profile\s+(.*?)\s*$/.exec(header) ?? [];
  return name === '' ? undefined : name.replace(/^(["'])(.*)\1$/, '$2');
}

const profileIn = (text: string, name: string): readonly IniSection[] =>
  iniSections(text).filter((section) => profileOf(section.name) === name);

const valueIn = (section: IniSection | undefined, wanted: string): string | undefined =>
  section?.entries.find((entry) => entry.key === wanted)?.value;

/** Options that a person added to ours. */
function addedTo(value: string | undefined): string {
  const [, words = ''] = /keytray"? helper aws (?:get|credential-process)(?: (.*))?$/s.exec(value ?? '') ?? [];
  const added = words.split(/\s+/).filter((word) => word !== '' && !/^--(?:account|role)=/.test(word));
  return added.map((word) => ` ${word}`).join('');
}

function withProfile(text: string, file: string, name: string, value: string): string {
  const [section, second] = profileIn(text, name);
  if (second !== undefined) {
    const message = `${file}:${second.at + 1}: profile ${name} stands there twice, which aws does not read`;
    throw new KeytrayError('misconfigured', message, { advice: correctFile });
  }
  return withIniValue(text, section, `profile ${name}`, key, value);
}

/** What botocore takes before `credential_process` (Session: credential providers, in order). */
const inFront = ['role_arn', 'web_identity_token_file', 'sso_session', 'sso_start_url', 'aws_access_key_id'];

/** Settings of our profiles, here or in the credentials file, that answer before us. Values are secrets. */
function answering(context: SetupContext, profiles: readonly Profile[], text: string | undefined, file: string) {
  const credentials = credentialsFile(context);
  const stored = iniSections(context.look.read(credentials) ?? '');
  return profiles.flatMap(({ name }) => {
    const places = [
      ...profileIn(text ?? '', name).map((section) => ({ section, path: file })),
      ...stored.filter((section) => section.name.trim() === name).map((section) => ({ section, path: credentials })),
    ];
    return places.flatMap(({ section, path }) => {
      const found = inFront.filter((setting) => valueIn(section, setting) !== undefined);
      if (found.length === 0) return [];
      return [`${path} has ${list(found)} for profile ${name}: they answer before Keytray; remove them there`];
    });
  });
}

export const aws: Tool = {
  name: 'aws',
  title: 'AWS',
  programs: [],
  plan(context) {
    const file = configFile(context);
    const profiles = profilesOf(context.accounts);
    const command = ({ account, role }: Profile): string => {
      const asked =
        role === undefined ? `credential-process --account=${account}` : `get --account=${account} --role=${role}`;
      return `${quotedPath(keytrayCommand(context), 'aws')} helper aws ${asked}`;
    };
    return {
      files: [
        {
          path: file,
          edit: (text, current) =>
            profiles.reduce<string>((edited, profile) => {
              const [present] = profileIn(current ?? '', profile.name);
              const added = addedTo(valueIn(present, key));
              return withProfile(edited, file, profile.name, command(profile) + added);
            }, text ?? ''),
        },
      ],
      links: [],
      lines: () => [
        ...profiles.map(
          ({ name, role, account }) => `${role === undefined ? '' : `${role} as `}${account}: AWS_PROFILE=${name}`,
        ),
        'A profile needs a region too where your commands name none: add region = … below its line.',
      ],
      obstacles: ({ before }) => {
        const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
        const set = names.filter((name) => context.env[name] !== undefined);
        return [
          ...(set.length === 0 ? [] : [`${list(set)} in the environment win over AWS_PROFILE; unset them`]),
          ...answering(context, profiles, before(file), file),
        ];
      },
      warnings: ({ before }) => {
        const kept = profiles.filter(({ name }) => valueIn(profileIn(before(file) ?? '', name)[0], key) !== undefined);
        const named = context.accounts.flatMap(({ serves }) => serves.aws ?? []);
        const odd = named.filter((role) => !roleArn.test(role));
        return [
          ...kept.map(({ name }) => `profile ${name} had a ${key} of its own: it is not called any more`),
          ...odd.map((role) => `${role} is no ARN of a role: no profile was written for it`),
        ];
      },
    };
  },
  clean(text, known) {
    let rest = text;
    for (;;) {
      const isOurs = (section: IniSection): boolean => ours.test(valueIn(section, key) ?? '');
      const section = iniSections(rest).find(isOurs);
      const entry = section?.entries.find((candidate) => candidate.key === key && ours.test(candidate.value));
      if (section === undefined || entry === undefined) return orNoFile(rest, known);
      const profile = profileOf(section.name);
      const before = profile === undefined ? [] : profileIn(known?.before ?? '', profile);
      const previous = valueIn(before[0], key);
      rest =
        previous === undefined || ours.test(previous)
          ? withoutIniEntry(rest, section, entry, before.length === 0 && profile?.startsWith('keytray-') === true)
          : withIniValue(rest, section, section.name, key, previous.replaceAll('\n', '\n    '));
    }
  },
};
