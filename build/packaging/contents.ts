import type { Target } from './identity.ts';

/**
 * What may go into a package: an allow-list, so that a new file of the checkout is left out until somebody says that it
 * belongs. Decisions only.
 */

/** Packages that the programs in out/lib load at run time: native add-ons, and what starts workers of its own. */
export const companionModules: readonly string[] = ['keytar', 'koffi', 'pino'];

/** The same for the main process. Its keychain child is the companion's, under the companion's Node. */
export const appModules: readonly string[] = ['koffi', 'pino'];

/** Headers and helpers that only a compiler needs. */
export const buildTimeModules: readonly string[] = ['node-addon-api'];

/** The bundled programs, without maps. */
export function isProgramFile(name: string): boolean {
  return /^[a-z0-9][\w.-]*\.js$/i.test(name);
}

/** The app's own files below out/app. */
export function isAppFile(path: string): boolean {
  return /\.(?:js|cjs|html|css|png|svg|ico|woff2|json)$/.test(path) && !/(?:^|\/)\./.test(path);
}

const scripts = /\.(?:js|cjs|mjs)$/;
const texts = /^(?:package\.json|licen[cs]e(?:\.\w+)?|copying|notice(?:\.\w+)?)$/i;
const otherFolders = /(?:^|\/)(?:\..*|tests?|__tests__|fixtures|docs?|examples?|benchmarks?|scripts?|build|vendor)\//;
const otherScripts =
  /^(?:browser|bench|benchmark|test|check|example|bin|cnoke|eslint\.config)\.[cm]?js$|\.test\.[cm]?js$/;

/** A file of an npm package, by its path in the package. Native code of other platforms stays out. */
export function isModuleFile(module: string, path: string, { platform, arch }: Target): boolean {
  if (path.endsWith('.node')) {
    switch (module) {
      case 'keytar':
        return path === `prebuilds/${platform}-${arch}/keytar.node`;
      case `@koromix/koffi-${platform}-${arch}`:
        return path === `${platform}_${arch}/koffi.node`;
      default:
        return false;
    }
  }
  if (texts.test(path)) return true;
  return scripts.test(path) && !otherFolders.test(path) && !otherScripts.test(path);
}

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The packages one needs at run time on the target. Of optional ones only the target's own native part. */
export function neededModules(manifest: Manifest, { platform, arch }: Target): readonly string[] {
  const native = Object.keys(manifest.optionalDependencies ?? {}).filter((name) =>
    name.endsWith(`-${platform}-${arch}`),
  );
  const plain = Object.keys(manifest.dependencies ?? {}).filter(
    (name) => !(name in (manifest.optionalDependencies ?? {})) && !buildTimeModules.includes(name),
  );
  return [...plain, ...native];
}
