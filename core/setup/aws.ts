import { join } from 'node:path';
import { removeInSection, sectionsOf, setInSection, valueIn } from './section-text.ts';
import { orNoFile } from './text-lines.ts';
import type { SetupAccount, SetupContext, Tool } from './tool.ts';
import { keytrayCommand, list, quotedPath } from './words.ts';

const key = 'credential_process';
const ours = /keytray"? helper aws get(?: |$)/;

interface Profile {
  readonly name: string;
  readonly account: string;
  readonly role: string;
}

/** `arn:aws:iam::123456789012:role/path/deploy`. */
const roleArn = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]+)$/;

/** As short as they stay apart: the role's name, then with the AWS account, then with the number of the profile. */
export function profilesOf(accounts: readonly SetupAccount[]): readonly Profile[] {
  const roles = accounts.flatMap(({ id, serves }) =>
    (serves.aws ?? []).flatMap((role) => {
      const [, number, name] = roleArn.exec(role) ?? [];
      return number === undefined || name === undefined ? [] : [{ account: id, role, number, name }];
    }),
  );
  const word = (text: string): string => text.replace(/[^\w.-]/g, '-');
  const short = (name: string): boolean => roles.filter((role) => word(role.name) === word(name)).length === 1;
  const taken = new Map<string, number>();
  return roles.map(({ account, role, number, name }) => {
    const base = short(name) ? `keytray-${word(name)}` : `keytray-${word(name)}-${number}`;
    const count = (taken.get(base) ?? 0) + 1;
    taken.set(base, count);
    return { name: count === 1 ? base : `${base}-${count}`, account, role };
  });
}

function configFile({ env, home }: SetupContext): string {
  return env.AWS_CONFIG_FILE || join(home, '.aws', 'config');
}

export const aws: Tool = {
  name: 'aws',
  title: 'AWS',
  programs: [],
  plan(context) {
    const file = configFile(context);
    const profiles = profilesOf(context.accounts);
    const command = (profile: Profile): string =>
      `${quotedPath(keytrayCommand(context), 'aws')} helper aws get --account=${profile.account} --role=${profile.role}`;
    return {
      files: [
        {
          path: file,
          edit: (text) =>
            profiles.reduce<string>(
              (edited, profile) => setInSection(edited, `profile ${profile.name}`, key, command(profile)),
              text ?? '',
            ),
        },
      ],
      links: [],
      lines: () => [
        ...profiles.map(({ name, role, account }) => `${role} as ${account}: AWS_PROFILE=${name}`),
        'A profile needs a region too where your commands name none: add region = … below its line.',
      ],
      obstacles: () => {
        const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
        const set = names.filter((name) => context.env[name] !== undefined);
        return set.length === 0 ? [] : [`${list(set)} in the environment win over AWS_PROFILE; unset them`];
      },
      warnings: ({ before }) => {
        const kept = profiles.filter(({ name }) => valueIn(before(file) ?? '', `profile ${name}`, key) !== undefined);
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
    const headers = new Set(sectionsOf(text).map(({ header }) => header));
    let rest = text;
    for (const header of headers) {
      if (!ours.test(valueIn(rest, header, key) ?? '')) continue;
      const previous = valueIn(known?.before ?? '', header, key);
      rest =
        previous === undefined || ours.test(previous)
          ? removeInSection(rest, header, key, header.startsWith('profile keytray-'))
          : setInSection(rest, header, key, previous);
    }
    return orNoFile(rest, known);
  },
};
