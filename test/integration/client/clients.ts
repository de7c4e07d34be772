import { fileURLToPath } from 'node:url';

/** One way to run a client: its command with the name it was called by, then its arguments. */
export interface Client {
  readonly title: string;
  command(args: readonly [name: string, ...rest: string[]]): Promise<readonly [file: string, ...args: string[]]>;
}

const twin: Client = {
  title: 'the twin',
  command: async (args) => [
    process.execPath,
    fileURLToPath(new URL('../../../client/client.ts', import.meta.url)),
    ...args,
  ],
};

export const clients: readonly Client[] = [twin];
