import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { trixiePrograms } from '../../build/trixie-programs.ts';
import type { Random } from '../fuzz/random.ts';
import { runToEnd } from '../support/processes.ts';
import { trixieCommand } from '../support/trixie.ts';
import type { FileScene, MadeFile, SetupSubject } from './frame.ts';

const role = 'arn:aws:iam::123456789012:role/deploy';
const name = 'keytray-deploy';

/** The aws command line's own reader, writer and credentials, without the second it takes to start. */
const judge = `
import json, os, sys
try:
    import botocore.configloader as loader
except ImportError:
    import awscli.botocore.configloader as loader
home, what = sys.argv[1], sys.argv[2:]
if what[0] == 'read':
    files = [os.path.join(home, '.aws', file) for file in ('config', 'credentials')]
    print(json.dumps([loader.load_config(files[0])['profiles'], loader.raw_config_parse(files[1])]))
elif what[0] == 'ask':
    try:
        import botocore.session as sessions
    except ImportError:
        import awscli.botocore.session as sessions
    got = sessions.Session(profile=what[1]).get_credentials()
    print(json.dumps(got.method))
else:
    from awscli.customizations.configure.writer import ConfigFileWriter
    values = json.loads(what[1])
    ConfigFileWriter().update_config(values, os.path.join(home, '.aws', 'config'))
`;

let python: ((args: readonly string[], cwd: string) => readonly [string, ...string[]]) | undefined;

/** This machine's Python where it has botocore, else the one that Debian's aws comes with. */
async function pythonFor(scene: FileScene): Promise<NonNullable<typeof python>> {
  if (python !== undefined) return python;
  const env = { ...process.env, HOME: scene.home };
  const { status } = await runToEnd('python3', ['-c', 'import awscli, botocore'], { cwd: scene.home, env });
  python =
    status === 0
      ? (args) => ['python3', ...args]
      : (args, cwd) => {
          const [first, ...rest] = trixieCommand('aws', args, { cwd });
          return [first, ...rest.map((word) => (word === trixiePrograms.aws.path ? '/usr/bin/python3' : word))];
        };
  return python;
}

async function ask(scene: FileScene, ...what: readonly string[]): Promise<unknown> {
  const command = await pythonFor(scene);
  const [file, ...args] = command(['-c', judge, scene.home, ...what], scene.home);
  const { status, stdout, stderr } = await runToEnd(file, args, { cwd: scene.home, env: scene.env });
  if (status !== 0) throw new Error(stderr);
  return stdout === '' ? undefined : JSON.parse(stdout);
}

/** A file by the rules of Python's configparser, which botocore reads with. */
function make(random: Random): { readonly text: string; readonly secrets: readonly string[]; readonly front: boolean } {
  const secrets: string[] = [];
  const secret = (): string => {
    const value = `s3cr3t${random.bytes(9).toString('hex')}`;
    secrets.push(value);
    return value;
  };
  const eol = random.pick(['\n', '\n', '\r\n']);
  const line = (key: string, value: string): string =>
    random.pick([`${key} = ${value}`, `${key}=${value}`, `${key} : ${value}`, `${key.toUpperCase()} = ${value}`]) + eol;
  const head = (text: string): string => `[${text}]${random.pick(['', '', ' # mine'])}${eol}`;
  const note = (): string => random.pick(['', '', eol, `# ${secret()}${eol}`, `; [profile x]${eol}`]);
  const process = (): string => line('credential_process', `/usr/bin/sts --client-secret ${secret()}`);
  let front = false;
  const shapes: Readonly<Record<string, () => string>> = {
    default: () =>
      head('default') + line('region', 'eu-west-1') + line('s3', `${eol}    max_queue = 9${eol}  addressing = path`),
    other: () =>
      head('profile other') + process() + line('aws_secret_access_key', secret()) + line('aws_session_token', secret()),
    quoted: () => head('profile "two words"') + line('region', 'us-east-1') + note(),
    session: () => head('sso-session lab') + line('sso_start_url', 'https://lab.example'),
    services: () => head('services local') + line('sts', `${eol}  endpoint_url = http://127.0.0.1:1`),
    ours: () => {
      const kind = random.pick(['empty', 'region', 'process', 'long', 'front'] as const);
      front = kind === 'front';
      const header = head(random.pick([`profile ${name}`, `profile  ${name}`, `profile "${name}"`]));
      if (kind === 'region') return header + line('region', 'eu-west-1') + note();
      if (kind === 'process') return header + process();
      if (kind === 'long')
        return (
          header + line('credential_process', `/usr/bin/sts${eol}   --client-secret ${secret()}`) + line('region', 'a')
        );
      if (kind === 'front')
        return header + line('role_arn', 'arn:aws:iam::1:role/x') + line('source_profile', 'other') + process();
      return header;
    },
  };
  const chosen = Object.keys(shapes).filter(() => random.chance(0.5));
  const text = chosen.map((key) => note() + (shapes[key]?.() ?? '') + note()).join('');
  return { text: random.chance(0.2) ? text.trimEnd() : text, secrets, front };
}

export const inOurProfile = 'our line is in our profile';

interface Reading {
  readonly profiles: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly credentials: unknown;
}

export const awsFiles: SetupSubject = {
  tool: 'aws',
  accounts: [{ id: 'lab', serves: { aws: [role] } }],
  async make(scene, random): Promise<MadeFile> {
    const { text, secrets, front } = make(random);
    await scene.write('.aws/config', text, 0o600);
    const stored = random.chance(0.2);
    const keys = `[${stored ? name : 'old'}]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s3cr3tkept\n`;
    await scene.write('.aws/credentials', keys, 0o600);
    const inFront = stored ? 'stored' : front ? 'front' : 'free';
    return { shape: `${inFront} ${JSON.stringify(text)}`, secrets: [...secrets, 's3cr3tkept'] };
  },
  async read(scene) {
    const [profiles, credentials] = (await ask(scene, 'read')) as [Reading['profiles'], unknown];
    return { profiles, credentials };
  },
  withoutUs(reading, before) {
    const { profiles, credentials } = reading as Reading;
    const { [name]: theirs } = (before as Reading).profiles;
    const { [name]: own, ...others } = profiles;
    expect(own?.credential_process, inOurProfile).toContain('helper aws get');
    const { credential_process: _, ...rest } = own ?? {};
    const command = theirs?.credential_process;
    const mine = command === undefined ? rest : { ...rest, credential_process: command };
    return { profiles: theirs === undefined ? others : { ...others, [name]: mine }, credentials };
  },
  async expectAsked(scene, report, made) {
    const log = join(scene.home, '../asked');
    await rm(log, { force: true });
    const answer = JSON.stringify({ Version: 1, AccessKeyId: 'AK', SecretAccessKey: 'x', SessionToken: 'y' });
    const words = `#!/bin/sh\necho "$*" >>'${log}'\necho '${answer}'\n`;
    await writeFile(join(scene.programs.bin, 'keytray'), words, { mode: 0o755 });
    if (!made.shape.startsWith('free')) {
      expect(report.blocked).toBe(true);
      expect(report.warnings.join('\n')).toMatch(/for profile keytray-deploy: they answer before Keytray/);
      return;
    }
    expect(report.blocked).toBe(false);
    expect(await ask(scene, 'ask', name)).toBe('custom-process');
    expect(await readFile(log, 'utf8')).toContain(`helper aws get --account=lab --role=${role}`);
  },
  async addToOurs(scene) {
    const file = join(scene.home, '.aws/config');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(`--role=${role}`, `--role=${role} --session=ci`));
    return async () => expect(await readFile(file, 'utf8')).toContain(`--role=${role} --session=ci`);
  },
  async edit(scene, random) {
    const text = await readFile(join(scene.home, '.aws/config'), 'utf8');
    // Its writer adds a second `region` beside `REGION`, and its reader then refuses the file.
    const key = /^REGION/m.test(text) ? 'output' : 'region';
    const values = random.pick([
      { __section__: 'profile new', region: 'eu-west-3' },
      { __section__: `profile ${name}`, [key]: 'eu-west-3' },
      { __section__: 'default', output: 'json' },
    ]);
    await ask(scene, 'write', JSON.stringify(values));
  },
};
