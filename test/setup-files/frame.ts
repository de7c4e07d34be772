import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeytrayError } from '../../core/errors.ts';
import type { SetupAccount } from '../../core/setup/engine/tool.ts';
import type { ToolName, ToolReport } from '../../core/setup/tools.ts';
import { type Random, randomFor } from '../fuzz/random.ts';
import { type ToolHome, toolHome } from '../integration/setup/tool-home.ts';

/** The home folder one file is made in. `env` is that of the tool and of set-up alike. */
export interface FileScene {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly programs: ToolHome['programs'];
  write(name: string, text: string, mode?: number): Promise<void>;
  read(name: string): Promise<string>;
}

/** What a generator made. */
export interface MadeFile {
  /** For the message of a failure. */
  readonly shape: string;
  /** Values that must not be seen in anything set-up says; each long enough to be found by accident nowhere else. */
  readonly secrets: readonly string[];
  /** Variables of the tool, for example `KUBECONFIG`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Set-up may refuse this file, with one line that names it; anything else it must be able to edit. */
  readonly mayRefuse?: true;
}

/** One tool: its files, and its real client as the judge. Everything is a process or a file, nothing a mock. */
export interface SetupSubject {
  readonly tool: ToolName;
  readonly accounts: readonly SetupAccount[];
  /** Writes a file the client accepts, and all that goes with it. */
  make(scene: FileScene, random: Random): Promise<MadeFile>;
  /** Everything the client reads, as JSON. */
  read(scene: FileScene): Promise<unknown>;
  /** A reading with us, as it would be without: nothing but what is ours may be taken from `before`. */
  withoutUs(reading: unknown, before: unknown): unknown;
  /** Rejects (by `expect`) unless the client asks our helper for what is ours. `made` may say that it cannot. */
  expectAsked(scene: FileScene, report: ToolReport, made: MadeFile): Promise<void>;
  /** A person adds an option to an entry of ours; resolves to a check that it is still there. */
  addToOurs?(scene: FileScene): Promise<() => Promise<void>>;
  /** The client itself changes the file, the same for the same numbers. */
  edit(scene: FileScene, random: Random): Promise<void>;
}

/** Set-up as it is; a planted fault wraps it. */
export type SetupEngine = Pick<ToolHome, 'apply' | 'plan' | 'undo'>;

export const daySeed = Number(
  process.env.KEYTRAY_SETUP_SEED ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''),
);
const count = Number(process.env.KEYTRAY_SETUP_FILES ?? 4);

/** Registers the files of a tool as tests; `register` where its client cannot be had everywhere. */
export function filesOf(
  subject: SetupSubject,
  register: (name: string, run: () => Promise<void>) => void = (name, run) => it(name, run),
): void {
  describe(`${subject.tool} on files people have`, () => {
    for (let index = 0; index < count; index += 1) {
      register(`keeps file ${index} of seed ${daySeed} as it was but for us, and gives it back`, () =>
        checkFile(subject, daySeed, index),
      );
    }
  });
}

/** The first line of a failure, which a planted fault must be found by. */
export const sameButUs = 'the client reads the same but for us';

/** What a wrong set-up would do to the files. */
export interface PlantedFault {
  /** Part of the message of the difference it must be found by: any other failure would prove nothing. */
  readonly foundBy: string;
  /** Resolves to whether anything was changed: where nothing was, nothing must be found. */
  damage(scene: FileScene): Promise<boolean>;
}

/** Rejects unless a fault, planted after every set-up of these files, is found for what it is. */
export async function findFault(subject: SetupSubject, indices: readonly number[], fault: PlantedFault): Promise<void> {
  const checked = await Promise.all(
    indices.map(async (index) => {
      let damaged = false;
      const found = await checkFile(subject, 1, index, (engine, scene) => ({
        ...engine,
        apply: async (tool) => {
          const report = await engine.apply(tool);
          if (await fault.damage(scene)) damaged = true;
          return report;
        },
      })).then(() => undefined, String);
      return { index, damaged, found };
    }),
  );
  for (const { index, damaged, found } of checked) {
    if (damaged) expect(found, `file ${index}`).toContain(fault.foundBy);
    else expect(found, `file ${index}, which was not damaged`).toBeUndefined();
  }
  expect(checked.map(({ damaged }) => damaged)).toContain(true);
}

/** Replaces in a file of the scene; resolves to whether that changed it. */
export async function replaceIn(
  file: string,
  from: string | RegExp,
  to: string | ((found: string) => string),
): Promise<boolean> {
  const text = await readFile(file, 'utf8');
  const damaged = typeof to === 'string' ? text.replace(from, to) : text.replace(from, to);
  await writeFile(file, damaged);
  return damaged !== text;
}

/** Everything that must hold for one file. Rejects with the first thing that does not, and the file's shape. */
export async function checkFile(
  subject: SetupSubject,
  seed: number,
  index: number,
  plant: (engine: SetupEngine, scene: FileScene) => SetupEngine = (engine) => engine,
): Promise<void> {
  const home = await toolHome(subject.accounts);
  const plain: FileScene = home;
  const made = await subject.make(plain, randomFor(seed, index));
  const scene: FileScene = { ...home, env: { ...home.env, ...made.env } };
  const engine = plant(
    {
      apply: (tool) => home.apply(tool, { env: scene.env }),
      plan: (tool, changes) => home.plan(tool, { ...changes, env: scene.env }),
      undo: (tool) => home.undo(tool, { env: scene.env }),
    },
    scene,
  );
  try {
    await check(subject, scene, made, engine, () => randomFor(seed, index + 1_000_000));
  } catch (error) {
    if (error instanceof Error) error.message = `${made.shape}: ${error.message}`;
    throw error;
  }
}

async function check(
  subject: SetupSubject,
  scene: FileScene,
  made: MadeFile,
  engine: SetupEngine,
  random: () => Random,
): Promise<void> {
  const { tool } = subject;
  const original = join(scene.home, '../original');
  await cp(scene.home, original, { recursive: true, verbatimSymlinks: true });
  const before = await subject.read(scene);
  const bytes = await bytesIn(scene.home);

  const preview = await engine.plan(tool).catch((error: unknown) => refusal(error, made));
  expectNoSecret(preview, made);
  expect(await bytesIn(scene.home), 'a dry run changes nothing').toEqual(bytes);
  const report = await engine.apply(tool).catch((error: unknown) => refusal(error, made));
  if (typeof report === 'string' || typeof preview === 'string') {
    expect(preview, 'a dry run refuses what set-up refuses').toBe(report);
    expect(await bytesIn(scene.home), 'what is refused is left alone').toEqual(bytes);
    return;
  }
  expectNoSecret(report, made);
  expect(subject.withoutUs(await subject.read(scene), before), sameButUs).toEqual(before);
  await subject.expectAsked(scene, report, made);

  const withUs = await bytesIn(scene.home);
  const again = await engine.apply(tool);
  expect(again.changed, 'a second set-up has nothing to do').toBe(false);
  expect(await bytesIn(scene.home), 'a second set-up changes nothing').toEqual(withUs);
  expectNoSecret(await engine.plan(tool, { undo: true }), made);
  await engine.undo(tool);
  expect(await bytesIn(scene.home), 'an undo gives the same bytes back').toEqual(bytes);

  const startAgain = async (): Promise<void> => {
    await rm(scene.home, { recursive: true });
    await cp(original, scene.home, { recursive: true, verbatimSymlinks: true });
  };
  await engine.apply(tool);
  const expectAddition = await subject.addToOurs?.(scene);
  if (expectAddition !== undefined) {
    await engine.apply(tool);
    await expectAddition();
    await subject.expectAsked(scene, report, made);
    await engine.undo(tool);
    expect((await engine.undo(tool)).changed, 'an undo leaves nothing of ours beside what a person added').toBe(false);
    for (const text of Object.values(await bytesIn(scene.home))) expect(text).not.toContain(scene.programs.bin);
    await startAgain();
    await engine.apply(tool);
  }
  await subject.edit(scene, random());
  expectNoSecret(await engine.plan(tool, { undo: true }), made);
  await engine.undo(tool);
  const left = await subject.read(scene);

  // The same edit of the file that never saw us.
  await startAgain();
  await subject.edit(scene, random());
  expect(left, 'after an edit by the client, an undo leaves what the person had').toEqual(await subject.read(scene));
}

function refusal(error: unknown, made: MadeFile): string {
  if (!(error instanceof KeytrayError) || made.mayRefuse !== true) throw error;
  expectNoSecret(error.message, made);
  return error.message;
}

function expectNoSecret(said: ToolReport | string, { secrets }: MadeFile): void {
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  for (const secret of secrets) expect(text, 'a value that is not ours is shown').not.toContain(secret);
}

async function bytesIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')])));
}
