import { describe, expect, it } from 'vitest';
import { HandOutLog } from '../../../core/hand-out/hand-out-log.ts';
import type { Consumer } from '../../../core/platform/consumer.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const git: Consumer = { uid: 1, pid: 41, executable: '/usr/bin/git', startTime: 900, parents: [] };

const ticks = (seconds: number): number => seconds * 100;
const handOut = { account: 'lab', protocol: 'git', host: 'git.lab.example' };

function setUp() {
  const logger = new MemoryLogger();
  const clock = new ManualClock();
  return { log: new HandOutLog(logger, clock), logger, clock };
}

describe('the log of hand-outs', () => {
  it('names account, protocol, host and program', () => {
    const { log, logger } = setUp();
    log.note(handOut, git);
    expect(logger.lines).toEqual([
      {
        level: 'info',
        message: 'handed out',
        fields: { ...handOut, consumer: 41, executable: '/usr/bin/git' },
      },
    ]);
  });

  it('says so where the program is not known', () => {
    const { log, logger } = setUp();
    log.note(
      { ...handOut, host: undefined },
      { uid: 1, pid: 0, executable: undefined, startTime: undefined, parents: [] },
    );
    expect(logger.lines[0]?.fields).toMatchObject({ consumer: 0, executable: 'unknown' });
  });

  it('counts a program that asks in a loop, and says how often a minute later', async () => {
    const { log, logger, clock } = setUp();
    for (let time = 0; time < 1_000; time += 1) log.note(handOut, git);
    expect(logger.lines).toHaveLength(1);
    await clock.advance(60_000);
    log.note(handOut, git);
    log.note(handOut, git);
    expect(logger.lines.map(({ fields }) => fields.repeated)).toEqual([undefined, 999]);
  });

  it('lists what differs in account, protocol or host', () => {
    const { log, logger } = setUp();
    log.note(handOut, git);
    log.note({ ...handOut, account: 'other' }, git);
    log.note({ ...handOut, protocol: 'api' }, git);
    log.note({ ...handOut, host: 'other.lab.example' }, git);
    expect(logger.lines).toHaveLength(4);
  });

  it('lists another process that was given the same pid', async () => {
    const { log, logger, clock } = setUp();
    log.note(handOut, git);
    await clock.advance(1_000);
    log.note(handOut, { ...git, startTime: ticks(clock.uptime()) });
    expect(logger.lines).toHaveLength(2);
    log.note(handOut, { ...git, startTime: ticks(clock.uptime()) });
    log.note(handOut, { ...git, startTime: undefined, parents: [] });
    expect(logger.lines).toHaveLength(2);
  });

  it('does not ask when a program was started that comes once', () => {
    const { log, logger } = setUp();
    const once: Consumer = {
      ...git,
      get startTime(): number {
        throw new Error('asked');
      },
    };
    log.note(handOut, once);
    expect(logger.lines).toHaveLength(1);
    expect(() => log.note(handOut, once)).toThrow('asked');
  });

  it('does not grow with the number of programs', () => {
    const { log, logger } = setUp();
    for (let pid = 0; pid < 2_000; pid += 1) log.note(handOut, { ...git, pid });
    log.note(handOut, { ...git, pid: 1_999 });
    log.note(handOut, { ...git, pid: 0 });
    expect(logger.lines).toHaveLength(2_001);
  });
});
