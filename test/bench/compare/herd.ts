import { setTimeout as sleep } from 'node:timers/promises';
import { problemsOf, slowness, stampede } from '../measure-herd.ts';
import { cpuOfTree } from '../process-cpu.ts';
import { startPeerLab, startSignedIn } from '../warm-lab.ts';
import { type Run, withLabs } from './contenders.ts';
import type { RowId } from './rows.ts';

const rows: readonly RowId[] = ['herdTokenRequests', 'herdFailures', 'herdTime', 'herdCpu'];

/** A thousand requests at once on an expired token that rotates, one herd for each. */
export async function measureHerds(run: Run): Promise<void> {
  const { book } = run;
  let lifetime = 1;
  const { server, peer, close } = await startPeerLab(() => lifetime);
  try {
    await withLabs(
      run,
      rows,
      ({ product }) => startSignedIn(server, product),
      async (ready) => {
        await sleep(1_500);
        lifetime = 600;
        server.faults.delay = slowness;
        for (const { side, lab } of ready) {
          try {
            const before = cpuOfTree(lab.keytrayPid);
            const outcome = await stampede(server, 'keytray', lab.keytray.socket);
            book.note(side, 'herdCpu', cpuOfTree(lab.keytrayPid) - before);
            book.note(side, 'herdTokenRequests', outcome.tokenRequests);
            book.note(side, 'herdFailures', outcome.failures);
            book.note(side, 'herdTime', outcome.milliseconds);
            if (side === 'here') for (const problem of problemsOf(outcome)) book.wrong(problem);
          } catch (error) {
            book.miss(side, rows, error);
          }
        }
        const theirs = await stampede(server, 'oidc-agent', peer.socket);
        book.note('peer', 'herdTokenRequests', theirs.tokenRequests);
        book.note('peer', 'herdFailures', theirs.failures);
        book.note('peer', 'herdTime', theirs.milliseconds);
      },
    );
  } finally {
    await close();
  }
}
