import { execFile } from 'node:child_process';
import { programEnvironment } from '../core/platform/start-environment.ts';
import type { Environment } from './output/colour.ts';
import { printable } from './output/printable.ts';

/** Milliseconds; `disable --now` waits for an agent that drains. */
const patience = 60_000;

export type Told = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly why: string };

/** Tells systemd's manager of this user something, by its own program. */
export function tellManager(env: Environment, ...words: readonly string[]): Promise<Told> {
  return new Promise((resolve) => {
    const options = { env: programEnvironment(env), timeout: patience, encoding: 'utf8' } as const;
    execFile('systemctl', ['--user', ...words], options, (error, _out, said) => {
      if (error === null) return resolve({ kind: 'done' });
      const [line = ''] = said.trim().split('\n');
      const missing = error.code === 'ENOENT' ? 'systemctl is not there' : `systemctl --user ${words.join(' ')} failed`;
      resolve({ kind: 'failed', why: line === '' ? missing : printable(line) });
    });
  });
}
