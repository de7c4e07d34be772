import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { repository } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { runToEnd } from '../../support/processes.ts';

/** An apt-get that knows oidc-agent-cli alone: asked for anything else, or for more, it installs nothing. */
const aptGet = `#!/bin/sh
here="\${0%/*}"
while [ "$1" ] && [ "$1" != install ]; do shift; done
[ "$1" ] || exit 0
shift
packages=
for word; do case "$word" in -*) ;; *) packages="$packages $word" ;; esac; done
echo "$packages" >> "$here/asked"
[ "$packages" = ' oidc-agent-cli' ] || exit 100
printf '#!/bin/sh\\n' > "$here/oidc-token"
/bin/chmod +x "$here/oidc-token"
`;

describe('the packages of the bench', () => {
  needsRoot('are installed one by one where one of them is not to be had, and that one is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keytray-prerequisites-'));
    try {
      await writeFile(join(folder, 'apt-get'), aptGet, { mode: 0o755 });
      const { status, stderr } = await runToEnd(
        process.execPath,
        [join(repository, 'build/prerequisites.ts'), 'bench'],
        {
          env: { PATH: folder },
          cwd: folder,
        },
      );
      const asked = (await readFile(join(folder, 'asked'), 'utf8')).split('\n').map((line) => line.trim());
      expect(asked[0]).toContain('oidc-agent-cli git-credential-oauth');
      expect(asked).toContain('git-credential-oauth');
      expect(status).toBe(1);
      const missing = stderr.split('\n').find((line) => line.includes('could not be installed:'));
      expect(missing).toContain(' git-credential-oauth');
      expect(missing).not.toContain('oidc-agent-cli');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
