import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Random } from '../fuzz/random.ts';
import { type Finished, runToEnd } from '../support/processes.ts';
import { trixieCommand } from '../support/trixie.ts';
import { type FileScene, type MadeFile, replaceIn, type SetupSubject } from './frame.ts';

const host = '127.0.0.1:9';
const key = 'credential-provider';

type Entry = readonly [key: string, value: string];
type Form = 'header' | 'dotted' | 'top' | 'inline' | 'whole inline';

interface Made {
  readonly text: string;
  readonly secrets: readonly string[];
  readonly form: Form;
}

/** A configuration in the forms of TOML 1.0, with the shapes that broke a set-up before. */
function make(random: Random): Made {
  const secrets: string[] = [];
  const secret = (): string => {
    const value = `s3cr3t${random.bytes(9).toString('hex')}`;
    secrets.push(value);
    return value;
  };
  const eol = random.pick(['\n', '\n', '\n', '\r\n']);
  const form = random.pick(['header', 'header', 'dotted', 'top', 'inline', 'whole inline'] as const);
  const inline = form === 'inline' || form === 'whole inline';
  const note = (): string => random.pick(['', '', ` # ${secret()}`, ' # [registries.lab]']);
  const string = (value: string): string =>
    random.pick([`"${value}"`, `'${value}'`, ...(inline ? [] : [`"""${value}"""`, `'''${eol}${value}'''`])]);
  const quoted = (name: string): string => random.pick([name, name, `"${name}"`, `'${name}'`]);
  const list = (words: readonly string[]): string =>
    inline
      ? `[${words.map(string).join(', ')}]`
      : random.pick([
          `[${words.map(string).join(', ')}]`,
          `[ # ${secret()}${eol}${words.map((word) => `  ${string(word)}, # ]${eol}`).join('')}]`,
        ]);
  const provider = (): readonly Entry[] =>
    random.pick([
      [],
      [],
      [[quoted(key), string('cargo:token')] as const],
      [[quoted(key), list(['cargo:token-from-stdout', 'pass', secret()])] as const],
    ]);
  const index = string(
    random.pick([`sparse+http://${host}/index/`, `sparse+http://${host}/`, `http://${host}/a/b/index`]),
  );
  const lab: readonly Entry[] = random.chance(0.5)
    ? [[quoted('index'), index], ...provider()]
    : [...provider(), [quoted('index'), index]];
  const withToken: readonly Entry[] = random.chance(0.3) ? [...lab, ['token', string(secret())]] : lab;
  const other: readonly Entry[] = [['index', string('sparse+https://other.example/index/')], ...provider()];
  const lines = (entries: readonly Entry[], prefix = ''): string =>
    entries
      .map(
        ([name, value]) =>
          `${random.pick(['', '', '  '])}${prefix}${name}${random.pick([' = ', '='])}${value}${note()}${eol}`,
      )
      .join('');
  const braces = (entries: readonly Entry[]): string =>
    `{ ${entries.map(([name, value]) => `${name} = ${value}`).join(', ')} }`;
  const labName = quoted('lab');
  const registries = (): { readonly top: string; readonly rest: string } => {
    switch (form) {
      case 'header': {
        const head = random.pick([
          `[registries.${labName}]`,
          `[ registries . ${labName} ]`,
          `  ["registries".${labName}]`,
        ]);
        return { top: '', rest: `${head}${note()}${eol}${lines(withToken)}[registries.other]${eol}${lines(other)}` };
      }
      case 'dotted':
        return {
          top: '',
          rest: `[registries]${note()}${eol}${lines(withToken, `${labName}.`)}${lines(other, 'other . ')}`,
        };
      case 'top':
        return { top: lines(withToken, `registries.${labName}.`) + lines(other, 'registries.other.'), rest: '' };
      case 'inline':
        return {
          top: '',
          rest: `[registries]${eol}${labName} = ${braces(withToken)}${note()}${eol}other = ${braces(other)}${eol}`,
        };
      case 'whole inline':
        return { top: `registries = { ${labName} = ${braces(withToken)} }${note()}${eol}`, rest: '' };
    }
  };
  const { top, rest } = registries();
  const tables = [
    `[alias]${eol}x = ${list(['check', '--all'])}${eol}deep = '''${eol}[registries.lab]${eol}index = "http://${host}/"${eol}${key} = "x"'''${eol}`,
    `[http]${eol}proxy = ${string(`http://ada:${secret()}@proxy.example`)}${eol}`,
    `[env]${eol}KEY = { value = "${secret()}", force = true }${eol}`,
    `[target.'cfg(unix)']${eol}rustflags = ["-C", 'x']${eol}`,
    `[registry]${eol}global-credential-providers = ${list(['cargo:token'])}${eol}`,
    `[net]${eol}retry = 0${note()}${eol}`,
  ].filter(() => random.chance(0.4));
  tables.splice(random.int(tables.length + 1), 0, rest);
  const text = `${random.pick(['', `# ${secret()}${eol}`, eol])}${top}${tables.join(random.pick(['', eol]))}`;
  return { text: random.chance(0.2) ? text.trimEnd() : text, secrets, form };
}

function cargo(scene: FileScene, args: readonly string[], input = ''): Promise<Finished> {
  const [file, ...rest] = trixieCommand('cargo', args, { cwd: scene.home });
  // Only so does a stable cargo tell how it reads its configuration.
  const env = { ...scene.env, RUSTC_BOOTSTRAP: '1', CARGO_TERM_COLOR: 'never' };
  return runToEnd(file, rest, { cwd: scene.home, env, input });
}

interface Reading {
  readonly registries?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The file that cargo reads. */
export const configFile = async (scene: FileScene): Promise<string> =>
  (await readFile(join(scene.home, '.cargo/config')).catch(() => undefined)) === undefined
    ? '.cargo/config.toml'
    : '.cargo/config';

export const cargoFiles: SetupSubject = {
  tool: 'cargo',
  accounts: [{ id: 'lab', serves: { cargo: [host] } }],
  async make(scene, random): Promise<MadeFile> {
    const { text, secrets, form } = make(random);
    const place = random.pick(['.cargo/config.toml', '.cargo/config.toml', '.cargo/config', 'both']);
    if (place === 'both')
      await scene.write('.cargo/config.toml', '[registries.lab]\nindex = "https://unread.example/"\n');
    await scene.write(place === 'both' ? '.cargo/config' : place, text, 0o600);
    const token = `s3cr3t${random.bytes(9).toString('hex')}`;
    await scene.write(
      '.cargo/credentials.toml',
      `[registries.other]\ntoken = "${token}"\n[registries.lab]\ntoken = "${token}"\n`,
      0o600,
    );
    return { shape: `${form} ${place} ${JSON.stringify(text)}`, secrets: [...secrets, token] };
  },
  async read(scene) {
    const { status, stdout, stderr } = await cargo(scene, [
      '-Zunstable-options',
      'config',
      'get',
      '--format=json-value',
    ]);
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Reading;
  },
  withoutUs(reading, before) {
    const theirs = (before as Reading).registries?.lab?.[key];
    const { registries: { lab, ...others } = {}, ...rest } = reading as Reading;
    const { [key]: _, ...mine } = lab ?? {};
    return { ...rest, registries: { ...others, lab: theirs === undefined ? mine : { ...mine, [key]: theirs } } };
  },
  async expectAsked(scene, report, made) {
    if (/^(?:whole )?inline/.test(made.shape)) {
      expect(report).toMatchObject({ changed: false, blocked: true });
      expect(report.warnings.join('\n')).toContain('has lab in a form that is left alone; write in it yourself:');
      return;
    }
    expect(report.blocked).toBe(false);
    const log = join(scene.home, '../asked');
    await rm(log, { force: true });
    const answer = `echo '{"v":[1]}'\nread -r line\necho "$line" >>'${log}'\necho '{"Ok":{"kind":"logout"}}'`;
    await writeFile(join(scene.programs.bin, 'cargo-credential-keytray'), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
    const { stderr } = await cargo(scene, ['logout', '--registry=lab']);
    const asked = await readFile(log, 'utf8').catch(() => stderr);
    expect(asked, asksUs).toContain('"name":"lab"},"kind":"logout"');
  },
  async addToOurs(scene) {
    const file = join(scene.home, await configFile(scene));
    const added = await replaceIn(file, 'cargo-credential-keytray"]', 'cargo-credential-keytray", "--account=lab"]');
    return async () => {
      if (added) expect(await readFile(file, 'utf8')).toContain('cargo-credential-keytray", "--account=lab"]');
    };
  },
  async edit(scene, random) {
    // cargo itself changes its credentials only; its configuration is people's.
    await cargo(scene, ['logout', '--registry=other']);
    const file = join(scene.home, await configFile(scene));
    const text = await readFile(file, 'utf8');
    const gap = text === '' || text.endsWith('\n') ? '' : '\n';
    await writeFile(
      file,
      random.pick([`# mine\n${text}`, `${text}${gap}[term]\nquiet = true\n`, `${text}${gap}# end\n`]),
    );
  },
};

export const asksUs = 'cargo asks our provider';
