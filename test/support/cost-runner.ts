import path from 'node:path';
import { type RunnerTestFile, TestRunner } from 'vitest';
import { beginFile } from './cpu-meter.ts';

const repository = path.resolve(import.meta.dirname, '../..');

/** Runs tests as vitest does, and counts the CPU time of each file by itself. */
export default class CostRunner extends TestRunner {
  #ended: () => void = () => undefined;

  override onCollectStart(file: RunnerTestFile): void {
    this.#ended = beginFile(path.relative(repository, file.filepath));
    super.onCollectStart(file);
  }

  override onAfterRunFiles(files: RunnerTestFile[]): void {
    super.onAfterRunFiles(files);
    this.#ended();
  }
}
