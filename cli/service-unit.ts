import { existsSync } from 'node:fs';
import { unitName as unit } from '../core/setup/systemd/unit-text.ts';
import { runningBroker } from './background-agent.ts';
import type { Cli } from './cli.ts';
import { CommandFailure, usageFailure } from './failure.ts';
import { launcher } from './installation.ts';
import { tellManager } from './user-manager.ts';

const real = { undo: false, dryRun: false };

/** Writes the unit, and has the user's manager start it now and at every login. */
export async function installService(cli: Cli): Promise<void> {
  requireSystemd();
  const program = launcher('keytray');
  if (!existsSync(program))
    throw new CommandFailure(1, `${program} is not there`, 'Build Keytray first: npm run build');
  const { settleUnit } = await import('../core/setup/systemd/service-unit.ts');
  const { path } = await settleUnit(cli.env, program, real);
  cli.out.write(`Wrote ${path}.\n`);
  const before = await runningBroker(cli).catch(() => undefined);
  const reloaded = await tellManager(cli.env, 'daemon-reload');
  if (reloaded.kind === 'failed') {
    cli.out.write(`It was not started: no service manager of yours answers here (${reloaded.why}).\n`);
    cli.out.write(`Where one does, run: systemctl --user daemon-reload && systemctl --user enable --now ${unit}\n`);
    return;
  }
  const enabled = await tellManager(cli.env, 'enable', '--now', unit);
  if (enabled.kind === 'failed') {
    const fix = `Then run it again: systemctl --user enable --now ${unit}`;
    throw new CommandFailure(1, `${path} is written, and systemd did not start it: ${enabled.why}`, fix);
  }
  cli.out.write('Keytray starts with your session from now on.\n');
  if (before?.kind === 'agent') {
    cli.out.write(
      `The agent that ran before (process ${before.pid}) goes on. To have the service take its place now:\n`,
    );
    cli.out.write(`  keytray stop && systemctl --user start ${unit}\n`);
  }
}

export type Removal = 'removed' | 'not_there' | 'foreign';

/** Undoes `installService`; a unit that it did not write, or that was changed since, stays. */
export async function removeService(cli: Cli): Promise<Removal> {
  requireSystemd();
  const { settleUnit } = await import('../core/setup/systemd/service-unit.ts');
  const program = launcher('keytray');
  const planned = await settleUnit(cli.env, program, { undo: true, dryRun: true, look: true });
  if (planned.before === undefined) return 'not_there';
  if (planned.after !== undefined) {
    cli.err.write(`keytray: ${planned.path} stays: Keytray did not write it, or it was changed since\n`);
    return 'foreign';
  }
  const disabled = await tellManager(cli.env, 'disable', '--now', unit);
  await settleUnit(cli.env, program, { undo: true, dryRun: false });
  cli.out.write(`Removed ${planned.path}.\n`);
  if (disabled.kind === 'failed') {
    cli.out.write(`systemd was not told: no service manager of yours answers here (${disabled.why}).\n`);
    return 'removed';
  }
  await tellManager(cli.env, 'daemon-reload');
  cli.out.write('Keytray no longer starts with your session.\n');
  return 'removed';
}

function requireSystemd(): void {
  if (process.platform === 'linux') return;
  throw usageFailure('Keytray writes a service for systemd only', 'Start it at login by other means: keytray start');
}
