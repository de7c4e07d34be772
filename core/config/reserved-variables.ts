/**
 * Variables that say which program, library or code runs, or where files are. A token there is at best useless; a
 * server that chooses its tokens could write a command into one (`GIT_SSH_COMMAND`).
 */
const names: ReadonlySet<string> = new Set([
  'BASHOPTS',
  'BROWSER',
  'CDPATH',
  'CLASSPATH',
  'EDITOR',
  'ENV',
  'FPATH',
  'GCONV_PATH',
  'GLIBC_TUNABLES',
  'HOME',
  'HOSTALIASES',
  'IFS',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'LESSCLOSE',
  'LESSOPEN',
  'LOCPATH',
  'LOGNAME',
  'MAKEFLAGS',
  'MANPAGER',
  'NLSPATH',
  'PAGER',
  'PATH',
  'PERLLIB',
  'PROMPT_COMMAND',
  'PS0',
  'PS1',
  'PS2',
  'PS4',
  'PWD',
  'SHELL',
  'SHELLOPTS',
  'SSH_ASKPASS',
  'SSLKEYLOGFILE',
  'SUDO_ASKPASS',
  'TERMINFO',
  'TMPDIR',
  'USER',
  'VISUAL',
  'ZDOTDIR',
  '_JAVA_OPTIONS',
]);

const families = /^(?:BASH_|DYLD_|ELECTRON_|GIT_|KEYTRAY_|LD_|MALLOC_|NODE_|PERL5|PYTHON|RUBY|XDG_)/;

/** Whether the `env:` of an account may not set this variable. Systems that ignore case take `Path` for `PATH`. */
export function isReservedVariable(name: string): boolean {
  const upper = name.toUpperCase();
  return names.has(upper) || families.test(upper);
}
