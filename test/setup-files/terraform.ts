import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Random } from '../fuzz/random.ts';
import { type Finished, runToEnd } from '../support/processes.ts';
import { type FileScene, type MadeFile, replaceIn, type SetupSubject } from './frame.ts';

/** Ports of loopback on which nothing answers; the file may have a token for one of them. */
const hosts = ['127.0.0.1:9', '127.0.0.1:19', '127.0.0.1:29'] as const;
const program = 'terraform-credentials-keytray';

type Form = 'hcl' | 'json' | 'other';

interface Made {
  readonly text: string;
  readonly secrets: readonly string[];
  readonly form: Form;
}

/** HCL 1 and JSON as Terraform reads them, with the shapes that broke a set-up before. */
function make(random: Random): Made {
  const secrets: string[] = [];
  const secret = (): string => {
    const value = `s3cr3t${random.bytes(9).toString('hex')}`;
    secrets.push(value);
    return value;
  };
  const form = random.pick(['hcl', 'hcl', 'hcl', 'hcl', 'json', 'json', 'other'] as const);
  return form === 'json'
    ? { text: json(random, secret), secrets, form }
    : { text: hcl(random, secret, form), secrets, form };
}

function hcl(random: Random, secret: () => string, form: Form): string {
  const eol = random.pick(['\n', '\n', '\n', '\r\n']);
  const note = (): string =>
    random.pick([
      '',
      '',
      ` # ${secret()}`,
      ' // credentials_helper "x" {}',
      ` /* credentials_helper "vault" {${eol}} ${secret()} */`,
      ` /* } ${eol} */`,
    ]);
  const quoted = (word: string): string => random.pick([word, `"${word}"`]);
  const block = (key: string, label: string, body: string): string =>
    random.pick([
      `${quoted(key)} "${label}" {${eol}  ${body}${eol}}`,
      `${key} "${label}" { ${body} }`,
      `${key} {${eol}  "${label}" { ${body} }${note()}${eol}}`,
      `${key} = { "${label}" = { ${body} }, }`,
    ]);
  const helper = (name: string): string => block('credentials_helper', name, random.pick(['args = []', '']));
  const parts = [
    `disable_checkpoint = true`,
    block('credentials', hosts[1], `token = "${secret()}"`),
    block('credentials', 'app.example', `token = "$${'{'}x("a")} ${secret()}"`),
    block('host', hosts[2], `services = { "modules.v1" = "https://127.0.0.1:39/m/" }`),
    `provider_installation {${eol}  direct { exclude = ["a.example/*/*",${note()}${eol} "b.example/*/*"] }${eol}}`,
    `notes = <<EOF${eol}credentials_helper "x" {}${eol}  ${secret()}${eol}EOF`,
    `notes = <<-EOF${eol}  } ${secret()}${eol}  EOF`,
    `number = -1.5e3 other = false`,
  ].filter(() => random.chance(0.35));
  if (form === 'other') parts.splice(random.int(parts.length + 1), 0, helper('vault'));
  const heredoc = (part: string): string => (/EOF$/.test(part) ? '' : note());
  const text = note() + eol + parts.map((part) => `${part}${heredoc(part)}${eol}${random.pick(['', eol])}`).join('');
  return random.chance(0.2) && !/EOF\s*$/.test(text) ? text.trimEnd() : text;
}

function json(random: Random, secret: () => string): string {
  const parts = [
    '"disable_checkpoint": true',
    `"credentials": {"${hosts[1]}": {"token": "${secret()}"}}`,
    `"credentials": [{"app.example": [{"token": "${secret()}"}]}]`,
    `"host": {"${hosts[2]}": {"services": {"modules.v1": "https://127.0.0.1:39/m/"}}}`,
    '"credentials_helper": {}',
    `"note": "credentials_helper ${secret()}"`,
  ].filter(() => random.chance(0.4));
  return random.pick([`{${parts.join(', ')}}`, `{\n  ${parts.join(',\n  ')}\n}\n`, `\n\t{\n\t${parts.join(',\n\t')}}`]);
}

/** What a run of Terraform shows of what it read. */
interface Reading {
  /** Of the configuration, and where modules would come from. */
  readonly said: readonly string[];
  /** Hosts our helper was asked for. */
  readonly asked: readonly string[];
}

async function run(scene: FileScene, args: readonly string[], more = {}): Promise<Finished> {
  const work = join(scene.home, '../work');
  await mkdir(work, { recursive: true });
  const modules = hosts.map((host, index) => `module "m${index}" {\n  source = "${host}/team/hello/lab"\n}\n`);
  await writeFile(join(work, 'main.tf'), modules.join(''));
  const env = { ...scene.env, CHECKPOINT_DISABLE: '1', ...more };
  return runToEnd('terraform', [...args, '-no-color'], { cwd: work, env });
}

async function reading(scene: FileScene): Promise<Reading> {
  const log = join(scene.home, '../asked');
  await rm(log, { force: true });
  await writeFile(join(scene.programs.bin, program), `#!/bin/sh\necho "$*" >>'${log}'\necho '{}'\n`, { mode: 0o755 });
  const { stdout, stderr } = await run(scene, ['get'], { TF_LOG: 'trace' });
  const asked = await readFile(log, 'utf8').catch(() => '');
  const told = /problems with the CLI|Error: |https:\/\/|provider installation|refused/i;
  const lines = (stdout + stderr).split('\n').filter((line) => told.test(line));
  const said = lines.map((line) => line.replace(/^\S+T\S+ \[/, '[').replace(/\d+(?=->)/, 'PORT'));
  return {
    said: [...new Set(said)].sort(),
    asked: [...new Set(asked.split('\n'))].filter((line) => line !== '').sort(),
  };
}

export const fileOf = ({ home, env }: FileScene): string => env.TF_CLI_CONFIG_FILE ?? join(home, '.terraformrc');
export const counts = 'Terraform asks our helper';

export const terraformFiles: SetupSubject = {
  tool: 'terraform',
  accounts: [{ id: 'lab', serves: { terraform: [hosts[0], hosts[1]] } }],
  async make(scene, random): Promise<MadeFile> {
    const { text, secrets, form } = make(random);
    // Where a variable names the file, Terraform reads no other.
    const chosen = random.chance(0.2);
    await scene.write(chosen ? 'chosen.rc' : '.terraformrc', text, 0o600);
    const stored = random.chance(0.2) ? JSON.stringify({ credentials: { [hosts[1]]: { token: 's3cr3tstored' } } }) : '';
    if (stored !== '') await scene.write('.terraform.d/credentials.tfrc.json', stored, 0o600);
    return {
      shape: `${form} ${stored === '' || chosen ? '' : 'stored '}${JSON.stringify(text)}`,
      secrets: [...secrets, 's3cr3tstored'],
      ...(form === 'other' ? { mayRefuse: true } : {}),
      ...(chosen ? { env: { TF_CLI_CONFIG_FILE: join(scene.home, 'chosen.rc') } } : {}),
    };
  },
  async read(scene) {
    // A helper that is named and not there is an error for Terraform, which is what some of the files have.
    const { said } = await reading(scene);
    return said;
  },
  withoutUs: (found) => found,
  async expectAsked(scene, report, made) {
    const { asked } = await reading(scene);
    const has = new RegExp(`${hosts[1]}[^]*token`).test(made.shape) || made.shape.includes(' stored ');
    // In front of it stands what a person added.
    const isAsked = (host: string): boolean => asked.some((line) => line.endsWith(`get ${host}`));
    expect(isAsked(hosts[0]), counts).toBe(true);
    expect(isAsked(hosts[1])).toBe(!has);
    expect(report.blocked).toBe(has);
    if (has) expect(report.warnings.join('\n')).toMatch(/answers before Keytray/);
  },
  async addToOurs(scene) {
    const file = fileOf(scene);
    const added = await replaceIn(file, /(credentials_helper"?:? "?keytray"? ?\{\s*args = )\[\]/, '$1["--note"]');
    return async () => {
      if (added) expect(await readFile(file, 'utf8')).toContain('["--note"]');
    };
  },
  async edit(scene, random) {
    // Terraform itself changes its tokens only; its configuration is people's.
    const file = fileOf(scene);
    const text = await readFile(file, 'utf8');
    const isJson = /^\s*\{/.test(text);
    const gap = text === '' || text.endsWith('\n') ? '' : '\n';
    const edited = isJson
      ? `\n${text}\n`
      : random.pick([`# mine\n${text}`, `${text}${gap}x = 1\n`, `${text}${gap}// end`]);
    await writeFile(file, edited);
  },
};
