import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BrokerSocket, startBrokerSocket } from './broker-socket.ts';
import { type CliResult, CliSandbox } from './cli-process.ts';
import { GrantScene } from './grant-scene.ts';

/** The real command line and the real broker on one configuration, in a home with files of other tools. */
export class ImportScene implements AsyncDisposable {
  readonly sandbox: CliSandbox;
  readonly grants: GrantScene;
  readonly #socket: BrokerSocket;
  /** Everything that commands have printed. */
  said = '';

  private constructor(sandbox: CliSandbox, grants: GrantScene, socket: BrokerSocket) {
    this.sandbox = sandbox;
    this.grants = grants;
    this.#socket = socket;
  }

  static async create(config = 'accounts: {}\n'): Promise<ImportScene> {
    const written: { file?: string } = {};
    const grants = new GrantScene(config, {
      reloadConfig: async () => {
        if (written.file !== undefined) grants.configure(await readFile(written.file, 'utf8'));
      },
    });
    await grants.broker.start();
    const socket = await startBrokerSocket(grants.broker);
    const sandbox = await CliSandbox.create({ socketPath: socket.socketPath, config });
    written.file = sandbox.configFile;
    return new ImportScene(sandbox, grants, socket);
  }

  /** A path below the home. */
  path(name: string): string {
    return join(this.sandbox.home, name);
  }

  async write(name: string, text: string, mode = 0o600): Promise<string> {
    const file = this.path(name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, mode);
    return file;
  }

  async read(name: string): Promise<string> {
    return await readFile(this.path(name), 'utf8');
  }

  async mode(name: string): Promise<number> {
    return (await stat(this.path(name))).mode & 0o7777;
  }

  async config(): Promise<string> {
    return await readFile(this.sandbox.configFile, 'utf8');
  }

  async run(args: readonly string[], options: Parameters<CliSandbox['run']>[1] = {}): Promise<CliResult> {
    const result = await this.sandbox.run(args, options);
    this.said += result.stdout + result.stderr;
    return result;
  }

  /** What people and programs could have seen of the run: output and log. */
  get seen(): string {
    return this.said + JSON.stringify(this.grants.log) + JSON.stringify(this.#socket.logger.lines);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
    await this.#socket[Symbol.asyncDispose]();
    await this.grants.close();
  }
}
