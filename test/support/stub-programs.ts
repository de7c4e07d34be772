import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of programs that print what the real ones print, and note that they ran and with what. */
export class StubPrograms {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<StubPrograms> {
    return new StubPrograms(await mkdtemp(path.join(tmpdir(), 'keytray-programs-')));
  }

  /** PATH with this folder first. */
  get path(): string {
    return `${this.folder}:/usr/bin:/bin`;
  }

  /** Lines of sh. What it is started with is noted first. */
  async write(name: string, script: string): Promise<void> {
    const file = path.join(this.folder, name);
    await writeFile(file, `#!/bin/sh\necho "$@" >> "${this.#logOf(name)}"\n${script}\n`);
    await chmod(file, 0o755);
  }

  /** Prints a text exactly. */
  async prints(name: string, text: string): Promise<void> {
    const file = path.join(this.folder, `${name}.out`);
    await writeFile(file, text);
    await this.write(name, `cat "${file}"`);
  }

  /** The arguments of every run so far. */
  async runs(name: string): Promise<readonly string[]> {
    const log = this.#logOf(name);
    return existsSync(log) ? (await readFile(log, 'utf8')).trimEnd().split('\n') : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  #logOf(name: string): string {
    return path.join(this.folder, `${name}.log`);
  }
}
