import { dirname, join } from 'node:path';
import { servedHosts, sharedHosts } from '../engine/served.ts';
import { orNoFile } from '../engine/text-lines.ts';
import type { SetupContext, Tool } from '../engine/tool.ts';
import { isOneOf, list } from '../engine/words.ts';
import { glanceAtTerraform, oneHelper, withHelper, withoutHelper } from './terraformrc.ts';

const program = 'terraform-credentials-keytray';

const chosenFile = ({ env }: SetupContext): string | undefined =>
  env.TF_CLI_CONFIG_FILE || env.TERRAFORM_CONFIG || undefined;

interface Places {
  readonly terraform: string;
  readonly tofu: string;
  /** OpenTofu goes by it while neither of the others is there. */
  readonly xdg: string | undefined;
}

function placesOf({ env, home }: SetupContext): Places {
  const xdg = env.XDG_CONFIG_HOME ? join(env.XDG_CONFIG_HOME, 'opentofu', 'tofurc') : undefined;
  return { terraform: join(home, '.terraformrc'), tofu: join(home, '.tofurc'), xdg };
}

/** Terraform's file, and OpenTofu's where it has one of its own. */
function configFiles(context: SetupContext): readonly string[] {
  const chosen = chosenFile(context);
  if (chosen !== undefined) return [chosen];
  const { terraform, tofu, xdg } = placesOf(context);
  const isThere = (file: string): boolean => context.look.read(file) !== undefined;
  if (isThere(tofu)) return [terraform, tofu];
  // A new ~/.terraformrc would turn this one off.
  return xdg !== undefined && isThere(xdg) && !isThere(terraform) ? [xdg] : [terraform];
}

/** Whether OpenTofu goes by the folders of XDG: making `~/.terraform.d` would turn them off. */
function isXdg(context: SetupContext): boolean {
  const [file] = configFiles(context);
  return file === placesOf(context).xdg && context.look.real(join(context.home, '.terraform.d')) === undefined;
}

function pluginFolder(context: SetupContext): string {
  const { env, home } = context;
  const folder = env.XDG_DATA_HOME && isXdg(context) ? join(env.XDG_DATA_HOME, 'opentofu') : join(home, '.terraform.d');
  return join(folder, 'plugins');
}

/** As Terraform compares hosts: in lower case, and without the standard port. */
const sameHost = (host: string): string => host.toLowerCase().replace(/:443$/, '');

/** `TF_TOKEN_app_terraform_io` is for `app.terraform.io`; `__` stands for `-`. */
const hostOf = (variable: string): string =>
  variable.slice('TF_TOKEN_'.length).replaceAll('__', '-').replaceAll('_', '.');

/** Other files that are read as well: all of this kind in Terraform's folder, unless a variable names the only one. */
function besides(context: SetupContext): readonly string[] {
  if (chosenFile(context) !== undefined) return [];
  const { xdg } = placesOf(context);
  const folder = xdg !== undefined && isXdg(context) ? dirname(xdg) : join(context.home, '.terraform.d');
  const found = context.look.list(folder).filter((name) => /\.tfrc(?:\.json)?$/.test(name));
  return found.map((name) => join(folder, name));
}

export const terraform: Tool = {
  name: 'terraform',
  title: 'Terraform',
  programs: ['terraform', 'tofu'],
  linked: program,
  couldName(file, context) {
    const { terraform: own, tofu, xdg } = placesOf(context);
    return isOneOf(file, [own, tofu, ...(xdg === undefined ? [] : [xdg])], context);
  },
  plan(context) {
    const { env, look, programs } = context;
    const files = configFiles(context);
    const edit = (file: string, text: string, current: string): string => {
      for (const other of besides(context)) {
        const [helper] = glanceAtTerraform(look.read(other)).helpers.filter((name) => name !== 'keytray');
        if (helper !== undefined) throw oneHelper(other, helper);
      }
      // With what a person added to our block, or as they wrote it.
      return glanceAtTerraform(current).helpers.join() === 'keytray' ? current : withHelper(text, file);
    };
    return {
      files: files.map((path) => ({ path, edit: (text = '', current = text) => edit(path, text, current) })),
      links: [{ path: join(pluginFolder(context), program), target: join(programs.bin, program) }],
      lines: () => ['There is one helper for all hosts: terraform login for another one is refused meanwhile.'],
      warnings: () => {
        const { terraform: own, xdg } = placesOf(context);
        const hidden = files.length === 1 && files[0] === xdg && look.program('terraform') !== undefined;
        return [
          ...sharedHosts(context.accounts, 'terraform', 'host'),
          ...(hidden ? [`only OpenTofu was set up: a new ${own} would turn off ${xdg}, which it reads`] : []),
        ];
      },
      obstacles: ({ before }) => {
        const hosts = servedHosts(context.accounts, 'terraform').map(({ host }) => host);
        const served = (found: readonly string[]): readonly string[] => {
          const same = new Set(found.map(sameHost));
          return hosts.filter((host) => same.has(sameHost(host)));
        };
        const variables = Object.keys(env).filter((name) => name.startsWith('TF_TOKEN_'));
        const set = variables.map((name) => ({ name, found: served([hostOf(name)]) }));
        const written = [
          ...files.map((file) => ({ file, text: before(file) })),
          ...besides(context).map((file) => ({ file, text: look.read(file) })),
        ];
        return [
          ...set.flatMap(({ name, found }) =>
            found.length === 0 ? [] : [`${name} answers for ${list(found)} before Keytray; unset it`],
          ),
          ...written.flatMap(({ file, text }) =>
            served(glanceAtTerraform(text).hosts).map((host) =>
              file.endsWith('/credentials.tfrc.json')
                ? `${file} answers before Keytray for ${host}: terraform logout ${host}`
                : `credentials "${host}" in ${file} answers before Keytray; remove it there`,
            ),
          ),
        ];
      },
    };
  },
  clean(text, known, file) {
    // Where it was theirs before, it stays.
    if (glanceAtTerraform(known?.before).helpers.includes('keytray')) return text;
    return orNoFile(withoutHelper(text, file), known);
  },
};
