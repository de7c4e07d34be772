import type { ToolFamily } from '../../services/shapes.ts';
import type { Environment } from '../git/git-command.ts';

/** What setting a tool up needs to know of an account. */
export interface SetupAccount {
  readonly id: string;
  readonly serves: Readonly<Partial<Record<ToolFamily, readonly string[]>>>;
  /** A service of a catalog gives AWS credentials of its own. */
  readonly catalog?: object | undefined;
}

/** What of an account a tool is set up for: what it lists, and its own AWS credentials by its id. */
export const servedTo = (tool: ToolFamily, { id, serves, catalog }: SetupAccount): readonly string[] => [
  ...(serves[tool] ?? []),
  ...(tool === 'aws' && catalog !== undefined ? [id] : []),
];

/** Reading only; a preview must not touch anything. */
export interface Look {
  /** Undefined where there is no file, or none that is text. */
  read(path: string): string | undefined;
  /** Where the first program of this name on PATH really is, behind symbolic links. */
  program(name: string): string | undefined;
  isProgram(path: string): boolean;
  /** Behind symbolic links; undefined where there is nothing. */
  real(path: string): string | undefined;
  /** Names in a folder, sorted; none where it cannot be read. */
  list(folder: string): readonly string[];
  /**
   * What a tool itself prints, run in no project, with `more` beside the person's variables; undefined where it is not
   * there or fails.
   */
  ask(program: string, args: readonly string[], more?: Environment): string | undefined;
}

export interface SetupContext {
  readonly accounts: readonly SetupAccount[];
  readonly env: Environment;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** Where the person is: a tool reads the project's own files there. */
  readonly cwd: string;
  /** Folders of our programs, absolute. */
  readonly programs: { readonly bin: string; readonly libexec: string };
  /** Keytray's own configuration folder. */
  readonly configFolder: string;
  /** A folder on PATH the person named, for programs a tool looks for by name. */
  readonly linkFolder: string | undefined;
  readonly look: Look;
}

export interface PlannedFile {
  readonly path: string;
  /**
   * From the text without us to the text with us; undefined for no file. `current` is the file as it stands: what a
   * person added to our entries there stays. Throws a `KeytrayError`. Pure.
   */
  edit(text: string | undefined, current?: string): string | undefined;
}

export interface PlannedLink {
  readonly path: string;
  readonly target: string;
}

/** The planned files as they were without us, and as they will be. */
export interface PlannedTexts {
  before(path: string): string | undefined;
  after(path: string): string | undefined;
}

export interface ToolPlan {
  readonly files: readonly PlannedFile[];
  readonly links: readonly PlannedLink[];
  /** What is left for people to do or to know. */
  lines(texts: PlannedTexts): readonly string[];
  /** What answers in our place, or keeps us from being asked. */
  obstacles(texts: PlannedTexts): readonly string[];
  /** What else to heed: what was replaced, is left over, or could not be written. */
  warnings(texts: PlannedTexts): readonly string[];
}

/** A tool whose own configuration makes it ask us. Pure but for `context.look`. */
export interface Tool {
  readonly name: ToolFamily;
  /** For people. */
  readonly title: string;
  /** Any of these on PATH means that it is there; none: a library, which cannot be seen. */
  readonly programs: readonly string[];
  plan(context: SetupContext): ToolPlan;
  /**
   * The text without us, told by what it says. `known` is the file before us; undefined where nobody remembers.
   * `file` is for the message of a failure. Pure.
   */
  clean(text: string, known: { readonly before: string | undefined } | undefined, file: string): string | undefined;
  /** The program of ours that links lead to; nothing of another name was ever linked. */
  readonly linked?: string;
  /** Whether the plan would have named a file in this environment, had other files or accounts been there. */
  couldName?(file: string, context: SetupContext): boolean;
  /** Files of an account that is gone go too. */
  readonly ownsItsFiles?: true;
  /** What it writes others write too, so that finding it is not to say that it was us. */
  readonly writesCommonWords?: true;
  /** There is nothing to write: the plan's lines say what to use. */
  readonly byHand?: true;
}
