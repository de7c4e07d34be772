import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { barrierNames, noBarriers } from '../../../core/ports.ts';
import { grantKinds, traitsOf } from '../../../core/services/grant.ts';
import { repositoryRoot, sourceFiles } from '../../architecture/source-files.ts';
import { barrierTable, rotatedGrants, rotationPassage } from '../../support/barrier-table.ts';

const core = sourceFiles(repositoryRoot)
  .filter((file) => file.startsWith('core/'))
  .map((file) => ({ file, text: readFileSync(join(repositoryRoot, file), 'utf8') }));

describe('barriers', () => {
  it('are each the death of a broker in the tests under test/e2e/barriers', () => {
    const refreshes = Object.values(barrierTable).flatMap((passage) => passage.map(([name]) => name));
    const exercised = new Set([...refreshes, ...rotationPassage]);
    expect([...exercised].sort()).toEqual([...barrierNames].sort());
  });

  it('are killed at in every store of the table', () => {
    const suites = sourceFiles(repositoryRoot).filter((file) => file.startsWith('test/e2e/barriers/'));
    const texts = suites.map((file) => readFileSync(join(repositoryRoot, file), 'utf8'));
    const stores = texts.flatMap((text) =>
      [...text.matchAll(/\btestEveryBarrier\('([\w-]+)'/g)].map(([, name]) => name),
    );
    expect([...new Set(stores)].sort()).toEqual(Object.keys(barrierTable).sort());
  });

  it('are killed at with every grant that rotates', () => {
    const rotating = grantKinds.filter((kind) => traitsOf(kind).renewal === 'refresh_token');
    expect(rotatedGrants).toEqual(rotating);
    const suites = sourceFiles(repositoryRoot).filter((file) => file.startsWith('test/e2e/barriers/'));
    const texts = suites.map((file) => readFileSync(join(repositoryRoot, file), 'utf8')).join('\n');
    for (const grant of rotatedGrants.slice(1)) expect(texts).toMatch(new RegExp(`createBarrierScene\\(.*'${grant}'`));
  });

  it('stand at one place of the code each, those around a request in the file of each grant', () => {
    const perGrant = ['refresh_requested', 'reply_received'];
    const calls = core.flatMap(({ file, text }) =>
      [...text.matchAll(/\breached\('(\w+)'\)/g)].map(([, name = '']) => ({ file, name })),
    );
    const around = calls.filter(({ name }) => perGrant.includes(name));
    const once = calls.filter(({ name }) => !perGrant.includes(name)).map(({ name }) => name);
    expect([...once, ...perGrant].sort()).toEqual([...barrierNames].sort());
    const grants = [...new Set(around.map(({ file }) => file))];
    expect(grants).toContain('core/refresh/authorization-code.ts');
    expect(around.map(({ file, name }) => `${file} ${name}`).sort()).toEqual(
      grants.flatMap((file) => perGrant.map((name) => `${file} ${name}`)).sort(),
    );
  });

  it('are listened to by nobody in the programs people run', () => {
    const listeners = core.filter(({ text }) => /\breached(: \(| = |\([^)]*\) \{)/.test(text)).map(({ file }) => file);
    expect(listeners).toEqual(['core/ports.ts']);
    expect(noBarriers.reached('before_answer')).toBeUndefined();
    expect(core.find(({ file }) => file === 'core/host/agent.ts')?.text).not.toMatch(/barrier/i);
  });
});
