import { join } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { readObject } from '../engine/json-text.ts';
import { servedHosts, sharedHosts } from '../engine/served.ts';
import { linesOf, orNoFile, withLines } from '../engine/text-lines.ts';
import type { SetupContext, Tool } from '../engine/tool.ts';
import { list } from '../engine/words.ts';

const program = 'terraform-credentials-keytray';
const block = ['credentials_helper "keytray" {', '  args = []', '}'];
const helperLine = /^\s*credentials_helper\s+"([^"]*)"\s*\{/;

function configFile({ env, home }: SetupContext): string {
  return env.TF_CLI_CONFIG_FILE || env.TERRAFORM_CONFIG || join(home, '.terraformrc');
}

function helperIn(text: string): string | undefined {
  return linesOf(text)
    .map((line) => helperLine.exec(line)?.[1])
    .find((name) => name !== undefined);
}

/** `app.terraform.io` is `TF_TOKEN_app_terraform_io`. */
const variableOf = (host: string): string => `TF_TOKEN_${host.replaceAll('-', '__').replaceAll('.', '_')}`;

export const terraform: Tool = {
  name: 'terraform',
  title: 'Terraform',
  programs: ['terraform', 'tofu'],
  linked: program,
  plan(context) {
    const { env, home, look, programs } = context;
    const file = configFile(context);
    return {
      files: [
        {
          path: file,
          edit: (text = '') => {
            const other = helperIn(text);
            if (other === undefined) return withLines(text, block);
            if (other === 'keytray') return text;
            const message = `${file} names the credentials helper ${other}, and Terraform takes one; remove it first`;
            throw new KeytrayError('invalid_request', message);
          },
        },
      ],
      links: [{ path: join(home, '.terraform.d', 'plugins', program), target: join(programs.bin, program) }],
      lines: () => ['There is one helper for all hosts: terraform login for another one is refused meanwhile.'],
      warnings: () => sharedHosts(context.accounts, 'terraform', 'host'),
      obstacles: ({ before }) => {
        const hosts = servedHosts(context.accounts, 'terraform').map(({ host }) => host);
        const kept = join(home, '.terraform.d', 'credentials.tfrc.json');
        const stored = readObject(look.read(kept))?.credentials;
        const inFile = [...(before(file) ?? '').matchAll(/^\s*credentials\s+"([^"]+)"\s*\{/gm)].map(([, host]) => host);
        const set = hosts.filter((host) => env[variableOf(host)] !== undefined);
        const loggedIn = hosts.filter((host) => typeof stored === 'object' && stored !== null && host in stored);
        const written = hosts.filter((host) => inFile.includes(host));
        return [
          ...set.map((host) => `${variableOf(host)} answers for ${host} before Keytray; unset it`),
          ...written.map((host) => `credentials "${host}" in ${file} answers before Keytray; remove it there`),
          ...(loggedIn.length === 0 ? [] : [`${kept} answers before Keytray for ${list(loggedIn)}: terraform logout`]),
        ];
      },
    };
  },
  clean(text, known) {
    const lines = linesOf(text);
    const from = lines.findIndex((line) => helperLine.exec(line)?.[1] === 'keytray');
    const length = lines.slice(from).findIndex((line) => line.includes('}'));
    if (from < 0 || length < 0) return text;
    return orNoFile([...lines.slice(0, from), ...lines.slice(from + length + 1)].join(''), known);
  },
};
