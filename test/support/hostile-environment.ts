import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runToEnd } from './processes.ts';

/** A stranger's environment: every Node that starts with it leaves a mark, opens its inspector and trusts a server. */
export interface HostileEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** It does not start at all with any of these. */
  readonly fatal: Readonly<Record<string, string>>;
  /** What got into a Node since the start, in order. */
  marks(): Promise<readonly string[]>;
}

/** `authority` is the file of a certificate, `folder` one that the rest may be written to. */
export async function hostileEnvironment(folder: string, authority: string): Promise<HostileEnvironment> {
  const marked = path.join(folder, 'marks');
  const hook = path.join(folder, 'hook.cjs');
  const library = path.join(folder, 'preloaded.so');
  const configuration = path.join(folder, 'openssl.cnf');
  const module = path.join(folder, 'module.mjs');
  const shell = path.join(folder, 'shell.sh');
  const authorities = path.join(folder, 'authorities');
  await writeFile(marked, '');
  await writeFile(
    module,
    `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(marked)}, 'imported\\n');\n`,
  );
  await writeFile(shell, `echo sourced >>'${marked}'\n`);
  await mkdir(authorities, { recursive: true });
  await writeFile(path.join(authorities, `${await subjectHash(authority)}.0`), await readFile(authority));
  await writeFile(path.join(folder, 'libstdc++.so.6'), '');
  await writeFile(hook, `require('node:fs').appendFileSync(${JSON.stringify(marked)}, 'required\\n');\n`);
  await writeFile(`${library}.c`, librarySource(marked));
  await writeFile(configuration, 'nodejs_conf = nodejs_init\n[nodejs_init\n');
  const { status, stderr } = await runToEnd('gcc', ['-shared', '-fPIC', '-o', library, `${library}.c`], {
    env: process.env,
    cwd: folder,
  });
  if (status !== 0) throw new Error(stderr);
  return {
    variables: {
      NODE_OPTIONS: `--require=${hook} --import=${module} --inspect=127.0.0.1:0`,
      NODE_PATH: folder,
      NODE_EXTRA_CA_CERTS: authority,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      SSL_CERT_FILE: authority,
      SSL_CERT_DIR: authorities,
      SSLKEYLOGFILE: path.join(folder, 'keys'),
      LD_PRELOAD: library,
      BASH_ENV: shell,
      ENV: shell,
    },
    fatal: { OPENSSL_CONF: configuration, LD_LIBRARY_PATH: folder },
    marks: async () => (await readFile(marked, 'utf8')).split('\n').slice(0, -1),
  };
}

/** By which OpenSSL looks for an authority in a folder. */
async function subjectHash(certificate: string): Promise<string> {
  const args = ['x509', '-noout', '-subject_hash', '-in', certificate];
  const { status, stdout, stderr } = await runToEnd('openssl', args, { env: process.env, cwd: '/' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** The caller's shell and the native client load it too, as all programs do: only Node counts. */
const librarySource = (marked: string): string => `#include <fcntl.h>
#include <string.h>
#include <unistd.h>
__attribute__((constructor)) static void mark(void) {
  char program[4096];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length < 5) return;
  program[length] = '\\0';
  if (strcmp(program + length - 5, "/node") != 0) return;
  int file = open(${JSON.stringify(marked)}, O_WRONLY | O_APPEND);
  if (write(file, "preloaded\\n", 10) < 0) _exit(99);
  close(file);
}
`;
