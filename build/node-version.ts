/** The oldest Node this project runs on; package.json's `engines` says the same. */
const oldest = 24;

/** One line for people when `version` is too old, undefined when it will do. */
export function tooOldMessage(version: string): string | undefined {
  const major = Number.parseInt(version, 10);
  return major >= oldest
    ? undefined
    : `keytray: Node ${version} is too old, ${oldest} or newer is needed; run it through npm, which uses the project's own Node: npm run build`;
}
