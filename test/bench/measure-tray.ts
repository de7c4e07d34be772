import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPanel } from '../support/panel.ts';
import { startBus } from '../support/session-bus.ts';
import { budgets } from './budgets.ts';
import { lab } from './many-accounts.ts';
import { type IdleBroker, startIdleBroker, withNodeOfItsOwn } from './measure-memory.ts';
import { cpuOfTree, untilQuiet } from './process-cpu.ts';
import { memoryOfTree } from './process-memory.ts';
import { thisCheckout } from './product.ts';
import type { Row } from './report.ts';

const megabyte = 1e6;
/** The menu follows at most once a second. Milliseconds. */
const pace = 1_100;

export interface TrayAmounts {
  readonly changes: number;
  /** Of quiet, in which both are watched. */
  readonly traySeconds: number;
}

interface Watched {
  readonly memory: number;
  /** Of the main thread, while nothing happened. */
  readonly wakeUps: number;
  readonly cpu: number;
}

/** Two agents on session buses of their own where somebody shows tray icons, one of them without its tray, at once. */
export async function measureTray(issuer: string, folder: string, amounts: TrayAmounts): Promise<readonly Row[]> {
  const closers: (() => Promise<void>)[] = [];
  try {
    const start = async (tray: 'auto' | 'off'): Promise<IdleBroker> => {
      const at = join(folder, `tray-${tray}`);
      await mkdir(at);
      const desk = await startDesk(at);
      closers.push(desk.close);
      const agent = await startIdleBroker(issuer, at, await collectable(at), {
        env: { DBUS_SESSION_BUS_ADDRESS: desk.address },
        config: { agent: { tray } },
      });
      closers.push(() => agent.close());
      if (tray === 'auto') await desk.shown();
      return agent;
    };
    const on = await start('auto');
    const off = await start('off');
    for (let change = 0; change < amounts.changes; change += 1) {
      await Promise.all([on, off].map((agent) => (change % 2 === 0 ? need(agent) : forget(agent))));
      await sleep(pace);
    }
    await untilQuiet([on.pid, off.pid]);
    const [ours, peer] = await watch([on, off], amounts.traySeconds);
    if (ours === undefined || peer === undefined) throw new Error('an agent was not watched');
    const beside = (value: number) => ({ name: 'tray: off', value });
    return [
      {
        what: `memory (PSS) of the tray, ${amounts.changes} changes, collected`,
        unit: 'MB',
        ours: (ours.memory - peer.memory) / megabyte,
        budget: budgets.trayMemory,
      },
      { what: '  the agent', unit: 'MB', ours: ours.memory / megabyte, peer: beside(peer.memory / megabyte) },
      { what: `  wake-ups in ${amounts.traySeconds} idle s`, unit: '', ours: ours.wakeUps, peer: beside(peer.wakeUps) },
      { what: '  CPU time in them', unit: 'ms', ours: ours.cpu, peer: beside(peer.cpu) },
    ];
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

/** A tool asks for somebody: another icon, another headline, one more entry. */
async function need({ keytray }: IdleBroker): Promise<void> {
  await keytray.api.logout(lab.account, { revoke: false });
  await keytray.api.token(lab.account, {}).catch(() => undefined);
}

async function forget({ keytray }: IdleBroker): Promise<void> {
  for (const { login_id: id } of (await keytray.api.status()).logins) await keytray.api.cancelLogin(id);
}

async function watch(agents: readonly IdleBroker[], seconds: number): Promise<readonly Watched[]> {
  const before = await Promise.all(agents.map(({ pid }) => wakeUpsOf(pid)));
  const spent = agents.map(({ pid }) => cpuOfTree(pid));
  await sleep(seconds * 1_000);
  const after = await Promise.all(agents.map(({ pid }) => wakeUpsOf(pid)));
  const cpu = agents.map(({ pid }, index) => cpuOfTree(pid) - (spent[index] ?? 0));
  for (const { pid } of agents) process.kill(pid, 'SIGUSR2');
  await untilQuiet(agents.map(({ pid }) => pid));
  return agents.map(({ pid }, index) => ({
    memory: memoryOfTree(pid),
    wakeUps: (after[index] ?? 0) - (before[index] ?? 0),
    cpu: cpu[index] ?? 0,
  }));
}

/** How often the main thread went to sleep by itself, which it does once for each time it was woken. */
async function wakeUpsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/task/${pid}/status`, 'utf8');
  return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(text)?.[1]);
}

async function startDesk(folder: string) {
  const address = `unix:path=${join(folder, 'bus')}`;
  const bus = await startBus(folder, { PATH: process.env.PATH ?? '', DBUS_SESSION_BUS_ADDRESS: address });
  const panel = await openPanel(address);
  return {
    address,
    /** The menu has been read, as a panel does. */
    shown: async (): Promise<void> => {
      await (await panel.tray()).labels();
    },
    close: async (): Promise<void> => {
      panel.close();
      const gone = once(bus, 'exit');
      bus.kill();
      await gone;
    },
  };
}

/** The programs, on a Node that collects its garbage when it is told to. */
async function collectable(folder: string) {
  const product = await withNodeOfItsOwn(thisCheckout, folder);
  const program = join(folder, 'collect.mjs');
  await writeFile(program, "process.on('SIGUSR2', () => { globalThis.gc(); globalThis.gc(); });\n");
  const wrapper = join(folder, 'node-that-collects');
  await writeFile(wrapper, `#!/bin/sh\nexec '${join(folder, 'node')}' --expose-gc --import '${program}' "$@"\n`);
  await chmod(wrapper, 0o755);
  await writeFile(join(folder, 'out/lib/node'), `${wrapper}\n`);
  return product;
}
