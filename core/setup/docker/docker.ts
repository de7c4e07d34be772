import { join } from 'node:path';
import { isObject, parseObject, readObject } from '../engine/json-text.ts';
import { servedHosts, sharedHosts } from '../engine/served.ts';
import type { SetupContext, Tool } from '../engine/tool.ts';
import { isOnPath, list, pathProblem } from '../engine/words.ts';
import { dockerMap, withHelpers, withoutHelpers } from './docker-text.ts';

const program = 'docker-credential-keytray';
/** The part of our program's name that docker's configuration wants. */
const suffix = 'keytray';
/** docker and the others each look Docker Hub up by a name of their own. */
const hub = ['https://index.docker.io/v1/', 'docker.io'];
const hubNames: readonly string[] = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

function keysOf(host: string): readonly string[] {
  return hubNames.includes(host) ? hub : [host];
}

function configFile({ env, home }: SetupContext): string {
  return join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json');
}

/** What answers for our hosts in a file that docker, podman or skopeo read. */
function warningsOf(context: SetupContext, keys: readonly string[], before: string | undefined, file: string) {
  const warnings: string[] = [];
  for (const key of keys) {
    const other = dockerMap(before, 'credHelpers')[key];
    if (typeof other === 'string' && other !== suffix) {
      warnings.push(`credHelpers of ${file} named ${other} for ${key}: it is not asked any more, Keytray is`);
    }
    const kept = dockerMap(before, 'auths')[key];
    if (isObject(kept) && ['auth', 'password', 'identitytoken'].some((name) => typeof kept[name] === 'string')) {
      warnings.push(`${file} still holds a password for ${key}, which is not used any more; remove it under "auths"`);
    }
  }
  for (const path of inFront(context)) {
    const text = context.look.read(path);
    for (const key of keys) {
      const isAbout = (name: string): boolean => name === key || name.startsWith(`${key}/`);
      const answers = Object.keys(dockerMap(text, 'auths')).some(isAbout);
      const helper = dockerMap(text, 'credHelpers')[key];
      if (answers || (typeof helper === 'string' && helper !== suffix)) {
        warnings.push(`${path} answers for ${key} before Keytray in podman and skopeo: podman logout ${key}`);
      }
    }
  }
  return warnings;
}

/** What podman and skopeo read before docker's file (containers-auth.json(5)). */
function inFront({ env, home }: SetupContext): readonly string[] {
  const { REGISTRY_AUTH_FILE: chosen, XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: config } = env;
  if (chosen) return [chosen];
  const folders = [...(runtime ? [runtime] : []), config || join(home, '.config')];
  return folders.map((folder) => join(folder, 'containers', 'auth.json'));
}

/** The configuration of docker, which podman, skopeo, buildah, helm and oras read too. */
export const docker: Tool = {
  name: 'docker',
  title: 'Docker',
  programs: ['docker', 'podman', 'skopeo', 'buildah', 'helm', 'oras'],
  linked: program,
  plan(context) {
    const file = configFile(context);
    const { linkFolder, programs } = context;
    const keys = servedHosts(context.accounts, 'docker').flatMap(({ host }) => keysOf(host));
    return {
      files: [
        { path: file, edit: (text) => withHelpers(text, file, Object.fromEntries(keys.map((key) => [key, suffix]))) },
      ],
      links: linkFolder === undefined ? [] : [{ path: join(linkFolder, program), target: join(programs.bin, program) }],
      lines: () => [],
      obstacles: () => {
        const inline = dockerMap(context.env.DOCKER_AUTH_CONFIG, 'auths');
        const inEnvironment = keys.filter((key) => inline[key] !== undefined);
        const problem = pathProblem(context, program, programs.bin);
        return [
          ...(inEnvironment.length === 0
            ? []
            : [
                `DOCKER_AUTH_CONFIG answers for ${list(inEnvironment)} before Keytray (docker 28.3 and later); unset it`,
              ]),
          ...(problem === undefined ? [] : [`${problem}; or: keytray setup docker --link FOLDER`]),
        ];
      },
      warnings: (texts) => {
        const unlinked = linkFolder !== undefined && !isOnPath(context.env, linkFolder);
        return [
          ...sharedHosts(context.accounts, 'docker', 'host'),
          ...warningsOf(context, keys, texts.before(file), file),
          ...(unlinked ? [`${linkFolder} is not on PATH`] : []),
        ];
      },
    };
  },
  clean(text, known, file) {
    parseObject(text, file);
    const rest = withoutHelpers(text, suffix, dockerMap(known?.before, 'credHelpers'));
    if (rest === text) return text;
    const wasNone = known !== undefined && known.before === undefined;
    return wasNone && Object.keys(readObject(rest) ?? {}).length === 0 ? undefined : rest;
  },
};
