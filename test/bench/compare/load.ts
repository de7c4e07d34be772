import { openLoadGround, tokenLoad } from '../measure-requests.ts';
import { cpuOfTree } from '../process-cpu.ts';
import type { SignedIn } from '../warm-lab.ts';
import type { Ready, Run } from './contenders.ts';
import type { Entry } from './figures.ts';
import { type Entrant, race } from './race.ts';

/** Token requests over connections kept alive, one server at a time. */
export async function measureLoad(
  { book }: Run,
  ready: readonly Ready<SignedIn>[],
  seconds: number,
  rounds: number,
): Promise<void> {
  const [first] = ready;
  if (first === undefined) return;
  const ground = await openLoadGround(
    first.lab.keytray.socket,
    ready.map(({ lab }) => lab.keytrayPid),
  );
  const entrant = (entry: Entry, socket: string, pid: number): Entrant => ({
    entry,
    rows: ['requestRate', 'requestTail', 'requestCpu'],
    async run() {
      const before = cpuOfTree(pid);
      const { requests, seconds: took, p99 } = await tokenLoad(socket, seconds);
      const microseconds = (cpuOfTree(pid) - before) * 1_000;
      return { requestRate: requests / took, requestTail: p99, requestCpu: microseconds / requests };
    },
  });
  try {
    await race(
      [
        ...ready.map(({ side, lab }) => entrant(side, lab.keytray.socket, lab.keytrayPid)),
        entrant('peer', ground.bare.socket, ground.bare.pid),
      ],
      rounds,
      book,
    );
  } finally {
    await ground.close();
  }
}
