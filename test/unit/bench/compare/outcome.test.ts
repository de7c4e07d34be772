import { describe, expect, it } from 'vitest';
import { inTurns } from '../../../bench/compare/calls.ts';
import { createBook, type Figures, type RunReport, runReport } from '../../../bench/compare/figures.ts';
import { outcomeOf } from '../../../bench/compare/outcome.ts';
import { race } from '../../../bench/compare/race.ts';
import { comparisonLines, comparisonTable } from '../../../bench/compare/report.ts';
import { type RowId, rowIds } from '../../../bench/compare/rows.ts';

/** Five runs in which every row of both sides is 100, but for what is said. */
function runsWith(here: Figures, more: Partial<RunReport> = {}): readonly RunReport[] {
  const all: Figures = Object.fromEntries(rowIds.map((id) => [id, 100]));
  return Array.from({ length: 5 }, () => ({
    figures: { here: { ...all, ...here }, there: all, peer: { token: 50 } },
    missing: [],
    problems: [],
    ...more,
  }));
}

const verdictsOf = (runs: readonly RunReport[]) =>
  Object.fromEntries(
    outcomeOf(runs)
      .rows.filter(({ verdict }) => verdict.kind !== 'same')
      .map(({ id, verdict }) => [id, verdict.kind]),
  );

const missed = (side: 'here' | 'there', row: RowId): Partial<RunReport> => ({
  missing: [{ side, rows: [row], reason: 'planted' }],
});

describe('the outcome of five runs', () => {
  it('passes where nothing differs', () => {
    expect(verdictsOf(runsWith({}))).toEqual({});
    expect(outcomeOf(runsWith({})).failed).toBe(false);
  });

  it('knows of each row which way is better', () => {
    const runs = runsWith({ token: 110, requestRate: 110, requestCpu: 90 });
    expect(verdictsOf(runs)).toEqual({ token: 'worse', requestRate: 'better', requestCpu: 'better' });
    expect(outcomeOf(runs).failed).toBe(true);
  });

  it('counts a row as missing that one run of the five could not measure', () => {
    const [first, ...others] = runsWith({});
    const there = [{ ...first, ...missed('there', 'memory') } as RunReport, ...others];
    expect(verdictsOf(there)).toEqual({ memory: 'new' });
    expect(outcomeOf(there).failed).toBe(false);
    const here = [{ ...first, ...missed('here', 'memory') } as RunReport, ...others];
    expect(verdictsOf(here)).toEqual({ memory: 'lost' });
    expect(outcomeOf(here).failed).toBe(true);
  });

  it('counts a row as missing that no run wrote down', () => {
    const runs = runsWith({});
    const [first, ...others] = runs;
    const figures = { here: {}, there: {}, peer: {} };
    const without = [{ ...first, figures } as RunReport, ...others];
    expect(new Set(Object.values(verdictsOf(without)))).toEqual(new Set(['unmeasured']));
  });

  it('fails on a wrong answer however quick it was', () => {
    expect(outcomeOf(runsWith({}, { problems: ['two tokens'] }))).toMatchObject({
      failed: true,
      problems: ['two tokens'],
    });
  });
});

describe('the report', () => {
  it('shows both sides with their ranges, the change, the verdict and the peer', () => {
    const [first, ...others] = runsWith({ token: 110 });
    const wide = {
      ...first,
      figures: { here: { ...others[0]?.figures.here, token: 120 }, there: { ...others[0]?.figures.there }, peer: {} },
    };
    const line = comparisonTable(outcomeOf([wide as RunReport, ...others]), 'abc1234', 'def5678')
      .split('\n')
      .find((text) => text.startsWith('one token by name'));
    expect(line?.split(/\s{2,}/)).toEqual([
      'one token by name, whole process',
      '100 ms',
      '100–100',
      '110 ms',
      '110–120',
      '+10.0 %',
      'WORSE',
      'oidc-token',
      '2.2 ×',
    ]);
  });

  it('never passes over a row that one side cannot do', () => {
    const outcome = outcomeOf(runsWith({}, missed('there', 'twin')));
    expect(comparisonTable(outcome, 'abc1234', 'def5678')).toContain('only here');
    expect(comparisonLines(outcome, 'abc1234', 'def5678')).toEqual([
      'abc1234, by the client on Node: planted',
      'only here, abc1234 cannot do it: twin',
      'no row is worse',
    ]);
  });

  it('names what is worse and what is wrong', () => {
    const outcome = outcomeOf(runsWith({ token: 110, memory: 120 }, { problems: ['two tokens'] }));
    expect(comparisonLines(outcome, 'abc1234', 'def5678')).toEqual(['wrong: two tokens', 'worse: token, memory']);
  });
});

describe('a race', () => {
  const entrant = (
    entry: 'here' | 'there' | 'peer',
    row: RowId,
    values: readonly (number | Error)[],
    ran: string[],
  ) => {
    let run = 0;
    return {
      entry,
      rows: [row],
      async run() {
        ran.push(entry);
        const value = values[run++];
        if (typeof value !== 'number') throw value ?? new Error('run too often');
        return { [row]: value };
      },
    };
  };

  it('runs both sides in turns, the order turned round each time, and notes the medians', async () => {
    const book = createBook();
    const ran: string[] = [];
    await race(
      [entrant('here', 'token', [999, 1, 2, 9], ran), entrant('there', 'token', [999, 30, 10, 20], ran)],
      3,
      book,
    );
    expect(ran).toEqual(['here', 'there', 'there', 'here', 'here', 'there', 'there', 'here']);
    expect(book.report().figures).toEqual({ here: { token: 2 }, there: { token: 20 }, peer: {} });
  });

  it('goes on without a side that fails, and writes down why', async () => {
    const book = createBook();
    const ran: string[] = [];
    await race(
      [
        entrant('here', 'token', [1, 1, 1], ran),
        entrant('there', 'token', [1, 1, new Error('\u001b[2mno such command\u001b[22m\n  at somewhere')], ran),
      ],
      2,
      book,
    );
    expect(runReport.parse(book.report())).toEqual({
      figures: { here: { token: 1 }, there: {}, peer: {} },
      missing: [{ side: 'there', rows: ['token'], reason: 'no such command' }],
      problems: [],
    });
  });

  it('ends with a peer that fails', async () => {
    const broken = entrant('peer', 'token', [new Error('peer gone')], []);
    await expect(race([broken], 1, createBook())).rejects.toThrow('peer gone');
  });

  it('puts the same call of both sides next to each other', () => {
    expect(inTurns([['a1', 'a2', 'a3'], ['b1', 'b2', 'b3'], ['peer']])).toEqual([
      'a1',
      'b1',
      'peer',
      'a2',
      'b2',
      'a3',
      'b3',
    ]);
  });
});
