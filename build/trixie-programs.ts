/**
 * Programs the tests need newer than Debian 12 has them, from Debian 13 "trixie". To add one, add a line here: its
 * package is unpacked by `node build/trixie.ts`, and test/support/trixie.ts runs it.
 */
export interface TrixieProgram {
  readonly package: string;
  /** Absolute, in the unpacked tree. */
  readonly path: string;
  /** Arguments that make it print its version, and the oldest that will do. */
  readonly version: readonly string[];
  readonly least: readonly [major: number, minor: number];
}

export const trixiePrograms = {
  /** Bearer needs 2.46. */
  git: { package: 'git', path: '/usr/bin/git', version: ['version'], least: [2, 46] },
  /** `client.authentication.k8s.io/v1` needs 1.22. */
  kubectl: {
    package: 'kubernetes-client',
    path: '/usr/bin/kubectl',
    version: ['version', '--client'],
    least: [1, 24],
  },
  /** GOAUTH needs 1.24. */
  go: { package: 'golang-1.24-go', path: '/usr/lib/go-1.24/bin/go', version: ['version'], least: [1, 24] },
  docker: { package: 'docker-cli', path: '/usr/bin/docker', version: ['--version'], least: [26, 0] },
  skopeo: { package: 'skopeo', path: '/usr/bin/skopeo', version: ['--version'], least: [1, 9] },
  /** Unpacked and not installed, so that no service of it starts. */
  'docker-registry': {
    package: 'docker-registry',
    path: '/usr/bin/docker-registry',
    version: ['--version'],
    least: [2, 8],
  },
  /** Credential providers need 1.74. */
  cargo: { package: 'cargo', path: '/usr/bin/cargo', version: ['--version'], least: [1, 74] },
  /** `--keyring-provider` needs 23.1. */
  pip: { package: 'python3-pip', path: '/usr/bin/pip', version: ['--version'], least: [23, 1] },
  aws: { package: 'awscli', path: '/usr/bin/aws', version: ['--version'], least: [2, 13] },
} as const satisfies Record<string, TrixieProgram>;

export type TrixieProgramName = keyof typeof trixiePrograms;

/** The version in what a program printed; undefined where there is none, or an older one. */
export function newEnough(program: TrixieProgram, printed: string): string | undefined {
  const [version, major, minor] = /(\d+)\.(\d+)[^\s,]*/.exec(printed) ?? [];
  const [leastMajor, leastMinor] = program.least;
  const enough = Number(major) > leastMajor || (Number(major) === leastMajor && Number(minor) >= leastMinor);
  return enough ? version : undefined;
}
