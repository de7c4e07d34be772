/** The names a package carries; desktop, D-Bus and menus find the app by `desktopId`. */
export const identity = {
  packageName: 'keytray',
  productName: 'Keytray',
  /** The Electron binary; `keytray` is the command. */
  executableName: 'keytray-desktop',
  desktopId: 'dev.keytray.desktop',
  summary: 'Signs in once per service and hands fresh tokens to local tools',
  description:
    'Keytray signs you in once per service, in your own browser, keeps the tokens in your keychain and always fresh, and hands them to git, docker, kubectl, aws, cargo, npm, pip, psql, curl and scripts, in the protocol each tool already speaks.',
  maintainer: 'Keytray maintainers <maintainers@keytray.dev>',
  homepage: 'https://keytray.dev',
  licence: 'MIT',
} as const;

/** Where deb and rpm put the app. */
export const installFolder = `/usr/lib/${identity.packageName}`;

/** The folder, in the app's resources, with all that runs without Electron: agent, command line and helpers. */
export const companionName = 'keytray';
export const installedCompanion = `${installFolder}/resources/${companionName}`;

export const architectures = ['x64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

export interface Target {
  readonly platform: 'linux' | 'darwin';
  readonly arch: Architecture;
}

export function targetOf(platform: string, arch: string): Target {
  const found = architectures.find((known) => known === arch);
  if (found === undefined || (platform !== 'linux' && platform !== 'darwin')) {
    throw new Error(`there is no package for ${platform} on ${arch}`);
  }
  return { platform, arch: found };
}
