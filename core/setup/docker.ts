import { join } from 'node:path';
import { isObject, type JsonObject, parseObject, readObject, setIn } from './json-text.ts';
import { servedHosts, sharedHosts } from './served.ts';
import type { SetupContext, Tool } from './tool.ts';
import { isOnPath, list, pathProblem } from './words.ts';

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

function part(config: JsonObject | undefined, name: string): JsonObject {
  const value = config?.[name];
  return isObject(value) ? value : {};
}

function edit(text: string | undefined, file: string, keys: readonly string[]): string {
  let edited = text ?? '';
  const helpers = part(parseObject(edited, file), 'credHelpers');
  for (const key of keys) if (helpers[key] !== suffix) edited = setIn(edited, ['credHelpers', key], suffix);
  return edited;
}

/** What answers for our hosts in a file that docker, podman or skopeo read. */
function warningsOf(context: SetupContext, keys: readonly string[], before: JsonObject | undefined, file: string) {
  const warnings: string[] = [];
  for (const key of keys) {
    const other = part(before, 'credHelpers')[key];
    if (typeof other === 'string' && other !== suffix) {
      warnings.push(`credHelpers of ${file} named ${other} for ${key}: it is not asked any more, Keytray is`);
    }
    const kept = part(before, 'auths')[key];
    if (isObject(kept) && ['auth', 'password', 'identitytoken'].some((name) => typeof kept[name] === 'string')) {
      warnings.push(`${file} still holds a password for ${key}, which is not used any more; remove it under "auths"`);
    }
  }
  const { REGISTRY_AUTH_FILE: chosen, XDG_RUNTIME_DIR: runtime } = context.env;
  const shared = chosen || (runtime ? join(runtime, 'containers', 'auth.json') : undefined);
  const auths = shared === undefined ? undefined : readObject(context.look.read(shared));
  for (const key of keys) {
    const entry = part(auths, 'credHelpers')[key] ?? part(auths, 'auths')[key];
    if (entry !== undefined && entry !== suffix) {
      warnings.push(`${shared} answers for ${key} before Keytray in podman and skopeo: podman logout ${key}`);
    }
  }
  return warnings;
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
      files: [{ path: file, edit: (text) => edit(text, file, keys) }],
      links: linkFolder === undefined ? [] : [{ path: join(linkFolder, program), target: join(programs.bin, program) }],
      lines: () => [],
      obstacles: () => {
        const inline = part(readObject(context.env.DOCKER_AUTH_CONFIG), 'auths');
        const inFront = keys.filter((key) => inline[key] !== undefined);
        const problem = pathProblem(context, program, programs.bin);
        return [
          ...(inFront.length === 0
            ? []
            : [`DOCKER_AUTH_CONFIG answers for ${list(inFront)} before Keytray (docker 28.3 and later); unset it`]),
          ...(problem === undefined ? [] : [`${problem}; or: keytray setup docker --link FOLDER`]),
        ];
      },
      warnings: (texts) => {
        const unlinked = linkFolder !== undefined && !isOnPath(context.env, linkFolder);
        return [
          ...sharedHosts(context.accounts, 'docker', 'host'),
          ...warningsOf(context, keys, readObject(texts.before(file)), file),
          ...(unlinked ? [`${linkFolder} is not on PATH`] : []),
        ];
      },
    };
  },
  clean(text, known, file) {
    const previous = part(readObject(known?.before), 'credHelpers');
    const helpers = part(parseObject(text, file), 'credHelpers');
    const ours = Object.keys(helpers).filter((key) => helpers[key] === suffix);
    if (ours.length === 0) return text;
    const restored = ours.some((key) => previous[key] !== undefined && previous[key] !== suffix);
    const others = ours.length < Object.keys(helpers).length;
    if (!restored && !others) {
      const rest = setIn(text, ['credHelpers'], undefined);
      const empty =
        known !== undefined && known.before === undefined && Object.keys(readObject(rest) ?? {}).length === 0;
      return empty ? undefined : rest;
    }
    return ours.reduce((rest, key) => {
      const value = previous[key] === suffix ? undefined : previous[key];
      return setIn(rest, ['credHelpers', key], value);
    }, text);
  },
};
