/** What the scripts need of the machine, and what to do about it. Decisions only; prerequisites.ts acts on them. */

export const groups = ['demo', 'test', 'panels', 'bench'] as const;
export type Group = (typeof groups)[number];

/** A Debian package and how its presence is seen: any one of the programs, or the file. */
export interface SystemPackage {
  readonly name: string;
  readonly brings:
    | { readonly kind: 'program'; readonly names: readonly string[] }
    | { readonly kind: 'library'; readonly name: string }
    | { readonly kind: 'file'; readonly path: string };
}

export interface Wanted {
  readonly required: readonly SystemPackage[];
  /** Better with it, possible without. */
  readonly optional: readonly SystemPackage[];
}

/** What is asked of the machine; the caller answers with the real one or a pretended one. */
export interface Machine {
  readonly root: boolean;
  readonly aptGet: boolean;
  /** A display with a browser of the person's own. */
  readonly display: boolean;
  has(part: SystemPackage): boolean;
}

export type Decision =
  | { readonly kind: 'ready' }
  | { readonly kind: 'install'; readonly required: readonly string[]; readonly optional: readonly string[] }
  | { readonly kind: 'tell'; readonly line: string; readonly stop: boolean };

function program(name: string, ...names: readonly string[]): SystemPackage {
  return { name, brings: { kind: 'program', names: names.length === 0 ? [name] : names } };
}

/** Packages of libraries, seen by what dpkg keeps of each: their files move with every version. */
const debianPackage = (name: string): SystemPackage => ({
  name,
  brings: { kind: 'file', path: `/var/lib/dpkg/info/${name}.list` },
});

const git = program('git');
const chromium = program('chromium');

const testPackages: readonly SystemPackage[] = [
  git,
  chromium,
  program('gnome-keyring', 'gnome-keyring-daemon'),
  program('dbus', 'dbus-run-session'),
  program('libsecret-tools', 'secret-tool'),
  { name: 'libsecret-1-0', brings: { kind: 'library', name: 'libsecret-1.so.0' } },
  program('xvfb', 'Xvfb'),
  {
    name: 'gcr',
    brings: { kind: 'file', path: '/usr/share/dbus-1/services/org.gnome.keyring.SystemPrompter.service' },
  },
  program('xdotool'),
  program('dunst'),
  // A panel that shows tray icons, where it keeps its settings, what colours its icons, and what photographs it.
  program('xfce4-panel'),
  program('xfconf', 'xfconf-query'),
  {
    name: 'librsvg2-common',
    brings: { kind: 'library', name: 'gdk-pixbuf-2.0/2.10.0/loaders/libpixbufloader-svg.so' },
  },
  program('imagemagick', 'import'),
  program('curl'),
  program('wget'),
  program('openssh-client', 'ssh-add'),
  program('msmtp'),
  program('mutt'),
  program('python3-pip', 'pip3'),
  program('openssl'),
  // Brings a Java runtime: some 250 MiB, the largest of these.
  program('maven', 'mvn'),
  // Clients of the recipes for databases.
  program('default-jdk-headless', 'javac'),
  debianPackage('libpostgresql-jdbc-java'),
  debianPackage('python3-asyncpg'),
  debianPackage('python3-psycopg'),
  debianPackage('python3-psycopg2'),
  debianPackage('python3-sqlalchemy'),
  // The server's own programs are not on PATH.
  program('postgresql', 'pg_createcluster'),
  program('util-linux', 'setpriv'),
  // What packages are made and looked into with.
  program('zip'),
  program('unzip'),
  program('rpm', 'rpmbuild'),
  program('desktop-file-utils', 'desktop-file-validate'),
  program('groff-base', 'groff'),
  // The native client must be clean under both.
  program('gcc'),
  program('clang'),
  { name: 'libc6-dev', brings: { kind: 'file', path: '/usr/include/stdio.h' } },
  // Two authorization servers that others wrote.
  debianPackage('ruby-doorkeeper'),
  debianPackage('ruby-doorkeeper-openid-connect'),
  debianPackage('ruby-rails'),
  debianPackage('ruby-sqlite3'),
  debianPackage('ruby-webrick'),
  debianPackage('python3-django-oauth-toolkit'),
  // Vouches for the packages of the newer git; Debian has it, Ubuntu does not.
  {
    name: 'debian-archive-keyring',
    brings: { kind: 'file', path: '/usr/share/keyrings/debian-archive-keyring.gpg' },
  },
];

/** Desktops whose panels show tray icons, and what reads their screens. GNOME's and LXQt's bring much with them. */
const panelPackages: readonly SystemPackage[] = [
  ...testPackages,
  program('lxqt-panel'),
  program('mate-panel'),
  program('gnome-shell'),
  debianPackage('gnome-shell-extension-appindicator'),
  program('tesseract-ocr', 'tesseract'),
  debianPackage('tesseract-ocr-eng'),
];

const benchPackages: readonly SystemPackage[] = [
  ...testPackages,
  program('oidc-agent-cli', 'oidc-token'),
  program('git-credential-oauth'),
];

export function wantedFor(group: Group, machine: Pick<Machine, 'display'>): Wanted {
  switch (group) {
    case 'demo':
      return { required: [git], optional: machine.display ? [] : [chromium] };
    case 'test':
      return { required: testPackages, optional: [] };
    case 'panels':
      return { required: panelPackages, optional: [] };
    case 'bench':
      return { required: benchPackages, optional: [] };
  }
}

const aptInstall = ['install', '--yes', '--no-install-recommends'];

export function aptInstallArguments(packages: readonly string[]): readonly string[] {
  return ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3', ...aptInstall, ...packages];
}

/** The names of the packages that the group wants and the machine does not have. */
export function stillMissing(
  group: Group,
  machine: Pick<Machine, 'display' | 'has'>,
): { readonly required: readonly string[]; readonly optional: readonly string[] } {
  const wanted = wantedFor(group, machine);
  const names = (parts: readonly SystemPackage[]) =>
    parts.filter((part) => !machine.has(part)).map((part) => part.name);
  return { required: names(wanted.required), optional: names(wanted.optional) };
}

export function decide(group: Group, machine: Machine): Decision {
  const { required, optional } = stillMissing(group, machine);
  if (required.length + optional.length === 0) return { kind: 'ready' };
  if (machine.root && machine.aptGet) return { kind: 'install', required, optional };
  const all = [...required, ...optional].join(' ');
  const stop = required.length > 0;
  const purpose = stop ? 'missing' : 'not there, going on without';
  const line = machine.aptGet
    ? `${purpose}: ${all}\nsudo apt-get install --no-install-recommends ${all}`
    : `${purpose} (names of the Debian packages): ${all}`;
  return { kind: 'tell', line, stop };
}
