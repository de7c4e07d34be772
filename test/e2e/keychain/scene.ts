import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { AccountView } from '../../../core/wire/schemas.ts';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { type Keyring, type KeyringOptions, startKeyring } from '../../support/keyring.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { type KnownSecrets, knownSecrets } from '../../support/known-secrets.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';

/** Nobody waits longer than this for an account that needs no keychain. */
const patience = 2_000;
/** Milliseconds between two questions: without a pause they take more CPU time than all that is judged by them. */
const pause = 20;

/** The real agent over a real keyring, and beside it an account in memory whose answers are timed. */
export interface Scene {
  readonly keyring: Keyring;
  readonly keytray: Keytray;
  readonly server: RunningAuthorizationServer;
  readonly secrets: KnownSecrets;
  /** The account's state and reason, as one word each. */
  account(id: string): Promise<string>;
  keychainState(): Promise<string>;
  /** Runs a command, while the account in memory is asked again and again. */
  run(
    ...args: readonly string[]
  ): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }>;
  /** Signs the account in memory in, and takes its normal time. */
  prepareOther(): Promise<void>;
  /** Milliseconds: the normal time of the account in memory, and its longest while commands ran. */
  times(): { readonly normal: number; readonly longest: number };
  /** Fails where any token is found in a file of ours. */
  expectNothingPlain(): Promise<void>;
  close(): Promise<void>;
}

const accountYaml = (id: string, issuer: string, store: string): string => `  ${id}:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: [openid, offline_access, profile, email, git]
    store: ${store}
`;

export async function startScene(options: KeyringOptions = {}): Promise<Scene> {
  const secrets = knownSecrets();
  const keyring = await startKeyring(options);
  const server = await startAuthorizationServer({ onTokenExchange: secrets.onTokenExchange });
  const keytray = await createKeytray(keyring.env);
  const { issuer } = server;
  const more = ['second', 'fresh'].map((id) => accountYaml(id, issuer, 'keychain'));
  await keytray.configure(
    labConfig({ issuer, store: 'keychain', more: [...more, accountYaml('other', issuer, 'memory')].join('') }),
  );
  let normal = Number.POSITIVE_INFINITY;
  let longest = 0;

  const askOther = async (): Promise<number> => {
    const before = performance.now();
    const { access_token: token } = await keytray.api.token('other', {});
    expect(token).toBeTypeOf('string');
    return performance.now() - before;
  };

  return {
    keyring,
    keytray,
    server,
    secrets,
    account: async (id) => words(await keytray.api.account(id)),
    keychainState: async () => (await keytray.api.status()).keychain.state,
    async run(...args) {
      const running = keytray.run(args);
      let over = false;
      const ended = running.finally(() => {
        over = true;
      });
      do {
        const time = await askOther();
        expect(time).toBeLessThan(patience);
        longest = Math.max(longest, time);
        await sleep(pause);
      } while (!over);
      return await ended;
    },
    async prepareOther() {
      expect(await signIn(keytray, 'other', 'olga')).toMatchObject({ state: 'succeeded' });
      for (let round = 0; round < 20; round += 1) normal = Math.min(normal, await askOther());
    },
    times: () => ({ normal, longest }),
    async expectNothingPlain() {
      const state = path.join(keytray.folder, 'state');
      expect(secrets.kinds()).toContain('refresh_token');
      for (const file of await readdir(state, { recursive: true, withFileTypes: true })) {
        if (!file.isFile()) continue;
        const name = path.join(file.parentPath, file.name);
        expect([name, secrets.foundIn(await readFile(name, 'latin1'))]).toEqual([name, []]);
      }
    },
    async close() {
      await keytray.close();
      await server.close();
      await keyring.stop();
    },
  };
}

const words = ({ state, reason }: AccountView): string => (reason === undefined ? state : `${state} ${reason}`);
